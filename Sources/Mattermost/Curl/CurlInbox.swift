internal import Synchronization

/// A call on its way to the loop, with the continuation that it resumes exactly once.
struct CurlJob: Sendable {
    typealias Outcome = Result<HTTPAnswer, CurlError>

    let id: UInt64
    let call: HTTPCall
    let continuation: CheckedContinuation<Outcome, Never>
}

/// Where callers leave jobs and cancellations for the loop's thread.
final class CurlInbox: Sendable {
    struct Batch {
        var jobs: [CurlJob] = []
        /// To be looked at after `jobs`: both may have been left since the last time.
        var cancelled: [UInt64] = []
        var isStopped = false
    }

    private struct State {
        var batch = Batch()
        var lastID: UInt64 = 0
        /// Jobs waiting or running.
        var open = 0
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

    /// Leaves a job, or says why it cannot be: the caller then still owns the continuation.
    func add(_ job: CurlJob) -> CurlError? {
        state.withLock { state in
            guard !state.batch.isStopped else { return .stopped }
            guard state.open < capacity else { return .busy }
            state.open += 1
            state.batch.jobs.append(job)
            return nil
        }
    }

    /// Takes a waiting job back, for the caller to resume; nil when the loop has it or it is over.
    func cancel(_ id: UInt64) -> CurlJob? {
        state.withLock { state in
            if let index = state.batch.jobs.firstIndex(where: { $0.id == id }) {
                state.open -= 1
                return state.batch.jobs.remove(at: index)
            }
            if state.open > 0 { state.batch.cancelled.append(id) }
            return nil
        }
    }

    func stop() { state.withLock { $0.batch.isStopped = true } }

    /// Everything left since the last time.
    func take() -> Batch {
        state.withLock { state in
            let batch = state.batch
            state.batch.jobs.removeAll(keepingCapacity: true)
            state.batch.cancelled.removeAll(keepingCapacity: true)
            return batch
        }
    }

    /// A taken job is over.
    func finished() { state.withLock { $0.open -= 1 } }
}
