internal import Synchronization

/// A call that is passed to the loop, with its continuation, which is resumed exactly once.
struct CurlJob: Sendable {
    typealias Outcome = Result<HTTPAnswer, CurlError>

    let id: UInt64
    let call: HTTPCall
    let continuation: CheckedContinuation<Outcome, Never>
}

/// Passes jobs and cancellations from the callers, on any thread, to the loop's thread.
final class CurlInbox: Sendable {
    struct Batch {
        var jobs: [CurlJob] = []
        /// Ids of cancelled jobs. The loop handles them after `jobs`, because a job may be in the same batch as its
        /// cancellation.
        var cancelled: [UInt64] = []
        var isStopped = false
    }

    private struct State {
        var batch = Batch()
        var lastID: UInt64 = 0
        /// The number of jobs that wait or run.
        var openJobs = 0
    }

    private let state = Mutex(State())
    private let capacity: Int

    init(capacity: Int) { self.capacity = capacity }

    func nextID() -> UInt64 {
        state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
    }

    /// Adds a job. Returns an error when it cannot; the caller then has to resume the continuation.
    func add(_ job: CurlJob) -> CurlError? {
        state.withLock { state in
            guard !state.batch.isStopped else { return .stopped }
            guard state.openJobs < capacity else { return .busy }
            state.openJobs += 1
            state.batch.jobs.append(job)
            return nil
        }
    }

    /// Removes a waiting job and returns it for the caller to resume. Nil when the loop has taken it or it has ended.
    func cancel(_ id: UInt64) -> CurlJob? {
        state.withLock { state in
            if let index = state.batch.jobs.firstIndex(where: { $0.id == id }) {
                state.openJobs -= 1
                return state.batch.jobs.remove(at: index)
            }
            if state.openJobs > 0 { state.batch.cancelled.append(id) }
            return nil
        }
    }

    func stop() { state.withLock { $0.batch.isStopped = true } }

    /// Takes everything that was added since the last call.
    func take() -> Batch {
        state.withLock { state in
            let batch = state.batch
            state.batch.jobs.removeAll(keepingCapacity: true)
            state.batch.cancelled.removeAll(keepingCapacity: true)
            return batch
        }
    }

    /// Counts a job that the loop had taken as ended.
    func finished() { state.withLock { $0.openJobs -= 1 } }
}
