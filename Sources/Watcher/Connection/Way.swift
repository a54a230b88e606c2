import Access
import Synchronization

/// How the auth service is reached.
enum Way: String, Sendable, CaseIterable, CustomStringConvertible {
    /// It listens at the address itself.
    case direct = "the auth service itself"
    /// A proxy of Teleport 8 or newer passes the TLS connection on, by its ALPN protocol.
    case routing = "a proxy with TLS routing"
    /// Behind an HTTP load balancer that ends TLS: a connection upgrade, with TLS to the auth service inside.
    case upgrade = "a proxy's connection upgrade"

    var description: String { rawValue }

    /// The ALPN protocols that a proxy and the auth service look at; the proxy reads the first alone.
    func protocols(cluster: String?) -> [String] {
        guard self != .direct, let cluster else { return ["h2"] }
        return [Self.routeName(cluster), "h2"]
    }

    /// As Teleport names the auth service of a cluster to a proxy (`api/utils/keypaths`, `alpncommon`).
    static func routeName(_ cluster: String) -> String {
        let digits = Array("0123456789abcdef")
        let hex = cluster.utf8.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return "teleport-auth@\(String(hex)).\(Dialer.serverName)"
    }
}

/// In which order the ways are tried: what worked last goes first, what let a connection come about that was of no use, last.
struct WayOrder: Equatable, Sendable {
    private(set) var ways = Way.allCases
    private(set) var last: Way?

    /// False when it is the same as last time.
    mutating func worked(_ way: Way) -> Bool {
        defer { last = way }
        ways = [way] + ways.filter { $0 != way }
        return last != way
    }

    mutating func wasOfNoUse(_ way: Way) {
        ways = ways.filter { $0 != way } + [way]
    }
}

/// Why no way worked, each with its own reason.
struct NoWay: Error {
    var failures: [(way: Way, error: TeleportError)]
    /// What the proxy says of itself, where it does.
    var advice: String?

    func error(_ address: AuthAddress) -> TeleportError {
        let reasons = failures.map { "as \($0.way): \($0.error.message)" }.joined(separator: "; ")
        let code: TeleportError.Code =
            failures.contains { $0.error.code == .misconfigured } ? .misconfigured : .unavailable
        return TeleportError(
            code, "No way to the auth service by \(address.setting) \(address): \(reasons)", mend: advice, reason: .noRoute,
            cause: self)
    }
}

extension TeleportClient {
    /// How the last connection came about, as in "reached as …"; nil before the first.
    package var wayInWords: String? { ways.withLock { $0.last.map { "\($0)" } } }
}
