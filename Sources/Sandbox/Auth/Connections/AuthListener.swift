import ActionCrypto
import GRPCNIOTransportHTTP2TransportServices
import NIOCore
import NIOOpenSSL
import NIOPosix

/// Accepts the connections of the gRPC server. TLS is done by the system's OpenSSL, below gRPC's own handlers.
struct AuthListener: HTTP2ServerTransport.ListenerFactory {
    let host: String
    let port: Int
    let tls: TLSContext
    let connections: AuthConnections
    let pingsWithRequests: Bool
    let onListening: @Sendable (SandboxAuth.Address) -> Void

    var eventLoopGroup: any EventLoopGroup { MultiThreadedEventLoopGroup.singleton }

    func makeListeningChannel(
        listenerConfigurator: HTTP2ServerTransport.ListenerConfigurator,
        connectionConfigurator: HTTP2ServerTransport.ConnectionConfigurator
    ) async throws -> NIOAsyncChannel<HTTP2ServerTransport.ConnectionConfigurator.ConnectionChannel, Never> {
        let listening = try await ServerBootstrap(group: eventLoopGroup)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelInitializer { listenerConfigurator.configure(channel: $0) }
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .bind(host: host, port: port) { channel in
                channel.eventLoop.makeCompletedFuture { try prepare(channel) }.flatMap {
                    connectionConfigurator.configure(channel: channel, tls: .configured(requireALPN: false))
                }.map { connection in
                    connections.hold(connection)
                    return connection
                }
            }
        onListening(SandboxAuth.Address(host: host, port: listening.channel.localAddress?.port ?? port))
        return listening
    }

    private func prepare(_ channel: any Channel) throws {
        let tlsHandler = TLSHandler(context: tls, role: .server, on: channel.eventLoop)
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(WireHandler(connections))
        try pipeline.addHandler(tlsHandler)
        if pingsWithRequests { try pipeline.addHandler(BandwidthPingHandler()) }
        connections.add(channel)
        tlsHandler.handshake.whenComplete { [connections] result in
            // As in Teleport, the TLS handshake succeeds without a common ALPN protocol, but such a connection serves no calls.
            guard case .success(let handshake) = result, handshake.alpn == "h2" else {
                return channel.triggerUserOutboundEvent(WireHandler.Command.cut, promise: nil)
            }
            connections.identify(channel, as: handshake.peerCommonName)
        }
    }
}
