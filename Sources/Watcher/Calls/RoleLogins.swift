import Synchronization

/// The logins of roles, remembered for a while: a burst of requests asks for the same few roles.
final class RoleLogins: Sendable {
    private static let lifetime = Duration.seconds(300)
    private static let limit = 1000

    private let known = Mutex<[String: (logins: [String], until: ContinuousClock.Instant)]>([:])

    func value(of role: String, at now: ContinuousClock.Instant = .now) -> [String]? {
        known.withLock { $0[role].flatMap { $0.until > now ? $0.logins : nil } }
    }

    func remember(_ logins: [String], of role: String, at now: ContinuousClock.Instant = .now) {
        known.withLock { known in
            if known.count >= Self.limit { known = [:] }
            known[role] = (logins, now + Self.lifetime)
        }
    }
}
