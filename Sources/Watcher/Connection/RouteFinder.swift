import Access
import ActionCrypto
import NIOCore
import NIOOpenSSL
import NIOPosix

/// Finds a route to the auth service by trying one after the other.
struct RouteFinder: Sendable {
    let address: AuthAddress
    let credentials: TeleportCredentials
    let configuration: TeleportConfiguration
    let group: any EventLoopGroup
    /// The routes to try, the likeliest first.
    let order: [Route]

    /// Returns the first connection whose TLS handshake with the auth service succeeds.
    func dial() async throws -> (dialled: Dialer.Dialled, route: Route) {
        let cluster = credentials.clusterName
        // Files that cannot be used are reported before anything is dialled.
        _ = try credentials.makeContext()
        var failures: [(route: Route, error: TeleportError)] = []
        for route in order {
            // The routes by a proxy need the cluster's name.
            if route != .direct, cluster == nil { continue }
            do {
                return (try await dialer(route, cluster).dial(), route)
            } catch {
                try Task.checkCancellation()
                let failure = TeleportError(error, during: .connect, to: address)
                if Self.endsSearch(error) { throw failure }
                failures.append((route, failure))
            }
        }
        let advice = await ProxyProbe(address: address, configuration: configuration, group: group).advice()
        throw NoRoute(failures: failures, advice: advice).error(address)
    }

    private func dialer(_ route: Route, _ cluster: String?) throws -> Dialer {
        let context = try credentials.makeContext(at: .now, alpn: route.alpnProtocols(cluster: cluster))
        return Dialer(
            address: address, context: context, configuration: configuration, group: group,
            outer: route == .upgrade ? try Self.outerContext() : nil)
    }

    /// Makes the context for TLS with a load balancer. Its certificate is not verified, and need not be: only the inner TLS
    /// connection passes through it, which the plugin and the auth service both verify.
    static func outerContext() throws(OpenSSLError) -> TLSContext {
        try TLSContext.client(identity: nil, alpn: ["http/1.1"], trust: .unverified)
    }

    /// Whether every other route would fail in the same way: nothing listens at the address, the HTTP proxy does not lead there, or the auth service has refused
    /// the plugin's certificate.
    ///
    /// Other alerts do not end the search, because they may come from a load balancer, which knows neither the auth service's
    /// name nor its protocols.
    private static func endsSearch(_ error: any Error) -> Bool {
        switch error {
        case let error as OpenSSLError: error.alert.map(TLSAlert.refusesCertificate.contains) ?? false
        case let error as TeleportError: error.code == .unavailable || error.reason == .proxy
        case is NIOConnectionError, ChannelError.connectTimeout: true
        default: false
        }
    }
}
