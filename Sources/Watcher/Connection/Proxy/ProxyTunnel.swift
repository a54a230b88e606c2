import Access
import NIOCore
import NIOOpenSSL

/// Opens a tunnel to the auth service on a connection to an HTTP proxy.
enum ProxyTunnel {
    /// Adds the handler that asks the proxy for the tunnel once the connection is made. It must be called on the channel's event
    /// loop.
    ///
    /// - Parameter then: adds the handlers for TLS inside the tunnel, and returns the handshake.
    /// - Returns: the handshake that `then` returns, or the failure of the tunnel.
    static func open(
        _ proxy: HTTPProxy, to address: AuthAddress, _ configuration: TeleportConfiguration, on channel: any Channel,
        then add: @escaping () throws -> EventLoopFuture<TLSHandler.Handshake>
    ) throws -> EventLoopFuture<TLSHandler.Handshake> {
        let tunnel = TunnelHandler(
            request: ConnectRequest(proxy: proxy, address: address), on: channel.eventLoop,
            timeout: TimeAmount(min(configuration.connectTimeout, configuration.callTimeout)), beginsAtOnce: true)
        try channel.pipeline.syncOperations.addHandler(tunnel)
        return tunnel.opened.assumeIsolated().flatMap {
            do {
                return try add()
            } catch {
                return channel.eventLoop.makeFailedFuture(error)
            }
        }.nonisolated()
    }
}
