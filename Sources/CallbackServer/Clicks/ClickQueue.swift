import ActionCrypto
import NIOCore
import Synchronization

/// Identifies a request that waits for a reply: the connection's number, and the number of the request on that connection.
struct ReplyTicket: Hashable, Sendable {
    var connection: Int
    var request: Int
}

/// Passes verified clicks and dialogs from the event loop to the tasks of ``CallbackServer/run()``. It is the only queue on a
/// click's way. It limits the number of clicks that are decided at once: beyond the limit a person is asked to try again.
final class ClickQueue: Sendable {
    struct Job: Sendable {
        enum Call: Sendable {
            case click(VerifiedClick)
            case dialog(DialogSubmission)
            /// One of the server's own pages, by its path.
            case page(String)
        }

        var call: Call
        var ticket: ReplyTicket
    }

    let jobs: AsyncStream<Job>
    private let feed: AsyncStream<Job>.Continuation
    /// The number of jobs that were added and are not finished.
    private let unfinished = Mutex(0)
    private let limit: Int

    init(limit: Int) {
        self.limit = limit
        // The stream's buffer needs no bound of its own, because `unfinished` bounds the jobs.
        (jobs, feed) = AsyncStream.makeStream(of: Job.self, bufferingPolicy: .unbounded)
    }

    /// Adds a job. Returns false when too many are unfinished, or the queue is closed.
    func submit(_ job: Job) -> Bool {
        let hasRoom = unfinished.withLock { count in
            guard count < limit else { return false }
            count += 1
            return true
        }
        guard hasRoom else { return false }
        if case .enqueued = feed.yield(job) { return true }
        finishedOne()
        return false
    }

    /// Records that a job is done: its decision is finished, and not only answered.
    func finishedOne() { unfinished.withLock { $0 -= 1 } }

    /// Closes the queue to further jobs. Those that were added go on.
    func close() { feed.finish() }
}
