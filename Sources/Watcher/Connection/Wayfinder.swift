import Access
import ActionCrypto
import NIOCore
import NIOOpenSSL
import NIOPosix

/// Finds the way to the auth service by trying.
struct Wayfinder: Sendable {
    let address: AuthAddress
    let credentials: TeleportCredentials
    let configuration: TeleportConfiguration
    let group: any EventLoopGroup
    let order: [Way]

    func dial() async throws -> (dialled: Dialer.Dialled, way: Way) {
        let cluster = credentials.clusterName
        // Says what is wrong with the files before anything is dialled.
        _ = try credentials.makeContext()
        var failures: [(way: Way, error: TeleportError)] = []
        for way in order {
            if way != .direct, cluster == nil { continue }
            do {
                return (try await dialer(way, cluster).dial(), way)
            } catch {
                try Task.checkCancellation()
                let failure = TeleportError(error, during: .connect, to: address)
                if Self.isFinal(error) { throw failure }
                failures.append((way, failure))
            }
        }
        let advice = await ProxyProbe(address: address, configuration: configuration, group: group).advice()
        throw NoWay(failures: failures, advice: advice).error(address)
    }

    private func dialer(_ way: Way, _ cluster: String?) throws -> Dialer {
        let context = try credentials.makeContext(at: .now(), alpn: way.protocols(cluster: cluster))
        return Dialer(
            address: address, context: context, configuration: configuration, group: group,
            outer: way == .upgrade ? try Self.outerContext() : nil)
    }

    /// Not verified: what passes through it is TLS with the auth service, verified at both ends, and no more is trusted to it.
    static func outerContext() throws(OpenSSLError) -> TLSContext {
        try TLSContext.client(identity: nil, alpn: ["http/1.1"], trust: .unverified)
    }

    /// Nothing listens there, or our certificate was refused by the auth service: another way would meet the same.
    ///
    /// All other alerts may be a load balancer's, which knows neither the auth service's name nor its protocols.
    private static func isFinal(_ error: any Error) -> Bool {
        switch error {
        case let error as OpenSSLError: error.alert.map(TLSAlert.refusesCertificate.contains) ?? false
        case let error as TeleportError: error.code == .unavailable
        case is NIOConnectionError, ChannelError.connectTimeout: true
        default: false
        }
    }
}
