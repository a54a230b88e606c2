import ActionCrypto
import NIOCore
import Synchronization

/// The place of a reply: which connection is waiting for it, and for which of its requests.
struct ReplyTicket: Hashable, Sendable {
    var connection: Int
    var request: Int
}

/// Carries verified clicks from the event loop to the tasks of ``CallbackServer/run()``, never more than `limit` at once.
final class ClickQueue: Sendable {
    struct Job: Sendable {
        enum Call: Sendable {
            case click(VerifiedClick)
            case dialog(DialogSubmission)
        }

        var call: Call
        var ticket: ReplyTicket
    }

    let jobs: AsyncStream<Job>
    private let feed: AsyncStream<Job>.Continuation
    private let unfinished = Mutex(0)
    private let limit: Int

    init(limit: Int) {
        self.limit = limit
        // Bounded by the count of unfinished jobs.
        (jobs, feed) = AsyncStream.makeStream(of: Job.self, bufferingPolicy: .unbounded)
    }

    /// False when too many are being decided.
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

    func finishedOne() { unfinished.withLock { $0 -= 1 } }

    /// No more jobs; those taken go on.
    func close() { feed.finish() }
}
