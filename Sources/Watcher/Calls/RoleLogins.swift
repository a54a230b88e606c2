import Synchronization

/// A cache of the logins that roles allow. It exists because a burst of requests asks for the same few roles.
final class RoleLogins: Sendable {
    private static let lifetime = Duration.seconds(300)
    /// The largest number of roles in the cache. When the cache is full it is emptied.
    private static let limit = 1000

    private let entries = Mutex<[String: (logins: [String], until: ContinuousClock.Instant)]>([:])

    func value(of role: String, at now: ContinuousClock.Instant = .now) -> [String]? {
        entries.withLock { $0[role].flatMap { $0.until > now ? $0.logins : nil } }
    }

    func remember(_ logins: [String], of role: String, at now: ContinuousClock.Instant = .now) {
        entries.withLock { entries in
            if entries.count >= Self.limit { entries = [:] }
            entries[role] = (logins, now + Self.lifetime)
        }
    }
}
