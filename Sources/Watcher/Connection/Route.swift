import Access
import Synchronization

/// A way to reach the auth service from the configured address.
///
/// The raw value completes the sentence "Reaching Teleport at … as …" in the log.
enum Route: String, Sendable, CaseIterable, CustomStringConvertible {
    /// The auth service itself listens at the address.
    case direct = "the auth service itself"
    /// A proxy of Teleport 8 or newer listens there. It chooses the auth service by the ALPN protocol and passes the TLS
    /// connection on.
    case tlsRouting = "a proxy with TLS routing"
    /// A proxy listens there behind an HTTP load balancer that terminates TLS. The connection is upgraded (as for a WebSocket),
    /// and TLS with the auth service runs inside it.
    case upgrade = "a proxy's connection upgrade"

    var description: String { rawValue }

    /// Returns the ALPN protocols to offer. A proxy reads only the first to choose its route, and the auth service agrees on
    /// the last.
    func alpnProtocols(cluster: String?) -> [String] {
        guard self != .direct, let cluster else { return ["h2"] }
        return [Self.alpnName(of: cluster), "h2"]
    }

    /// Returns the name by which a proxy knows a cluster's auth service (Teleport: `api/utils/keypaths`,
    /// `lib/srv/alpnproxy/common`).
    static func alpnName(of cluster: String) -> String {
        let digits = Array("0123456789abcdef")
        let hex = cluster.utf8.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return "teleport-auth@\(String(hex)).\(Dialer.serverName)"
    }
}

/// The order in which routes are tried. It is a pure value that learns from the results of earlier attempts.
struct RouteOrder: Equatable, Sendable {
    private(set) var routes = Route.allCases
    /// The route of the last connection that led to an auth service; nil before the first.
    private(set) var lastUsed: Route?

    /// Moves a route that led to an auth service to the front. Returns false when it is the same route as last time.
    mutating func succeeded(_ route: Route) -> Bool {
        defer { lastUsed = route }
        routes = [route] + routes.filter { $0 != route }
        return lastUsed != route
    }

    /// Moves a route that led to something other than an auth service to the end.
    mutating func misled(_ route: Route) {
        routes = routes.filter { $0 != route } + [route]
    }
}

/// The error when every route was tried and none led to the auth service.
struct NoRoute: Error {
    /// The error of each route, in the order in which the routes were tried.
    var failures: [(route: Route, error: TeleportError)]
    /// The advice about a proxy at the address, see ``ProxyProbe``; nil if no proxy answers.
    var advice: String?

    func error(_ address: AuthAddress) -> TeleportError {
        // What all routes have in common is told once: the advice, and the words where they are the same.
        let mends = Set(failures.map(\.error.mend))
        let shared = mends.count == 1 ? mends.first.flatMap(\.self) : nil
        var groups: [(routes: [Route], words: String)] = []
        for (route, error) in failures {
            let words = shared == nil ? error.message : error.words
            if let index = groups.firstIndex(where: { $0.words == words }) {
                groups[index].routes.append(route)
            } else {
                groups.append(([route], words))
            }
        }
        let reasons = groups.map { "\(Self.list($0.routes)): \($0.words)" }.joined(separator: "; ")
        let code: TeleportError.Code =
            failures.contains { $0.error.code == .misconfigured } ? .misconfigured : .unavailable
        return TeleportError(
            code, "No way to the auth service by \(address.setting) \(address): \(reasons)", mend: advice ?? shared,
            reason: .noRoute, cause: self)
    }

    /// Returns the routes as part of a sentence, such as `as a, as b and as c`.
    private static func list(_ routes: [Route]) -> String {
        let names = routes.map { "as \($0)" }
        let last = names.suffix(1).joined()
        return names.count < 2 ? last : "\(names.dropLast().joined(separator: ", ")) and \(last)"
    }
}

extension TeleportClient {
    /// The route of the last connection as text, e.g. `a proxy with TLS routing`; nil before the first.
    package var routeDescription: String? { routes.withLock { $0.lastUsed?.description } }
}
