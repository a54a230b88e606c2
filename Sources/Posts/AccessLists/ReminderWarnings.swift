import Access
import Logging
import Synchronization

/// Logs each problem of the reminders once while it lasts, because the rounds repeat.
final class ReminderWarnings: Sendable {
    /// The largest number of problems that are remembered. When there are more, all are forgotten and may be logged again.
    private static let limit = 100

    private let logged = Mutex<Set<String>>([])
    private let logger: Logger

    init(logger: Logger) { self.logger = logger }

    func add(_ error: TeleportError, _ words: String) {
        let isNews = logged.withLock { logged in
            if logged.count >= Self.limit { logged = [] }
            return logged.insert(error.message).inserted
        }
        logger.log(level: isNews ? .warning : .debug, "\(words): \(error.message)")
    }
}
