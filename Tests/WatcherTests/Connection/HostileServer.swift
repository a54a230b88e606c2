import ActionCrypto
import NIOCore
import NIOOpenSSL
import NIOPosix
import TestSupport

/// A server that accepts connections and then misbehaves in a given way.
struct HostileServer: Sendable {
    enum Behaviour: Sendable {
        /// The server neither sends nor reads anything.
        case silent
        case closes
        /// The server sends these bytes, without TLS.
        case says([UInt8])
        /// The server makes a TLS handshake, and then sends these bytes.
        case saysInTLS([UInt8], alpn: [String] = ["h2"])
        case closesAfterTLS
    }

    let port: Int

    static func run(_ behaviour: Behaviour, _ body: (HostileServer) async throws -> Void) async throws {
        let certificates = try Certificates.shared()
        let (identity, ca) = (try certificates.teleportServer, try certificates.teleportCA)
        var alpn = ["h2"]
        if case .saysInTLS(_, let offered) = behaviour { alpn = offered }
        let context = try TLSContext.server(identity: identity, alpn: alpn, clientTrust: ca)
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try behave(behaviour, channel, context) }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        do {
            try await body(HostileServer(port: server.localAddress?.port ?? 0))
            try await server.close()
        } catch {
            try? await server.close()
            throw error
        }
    }

    private static func behave(_ behaviour: Behaviour, _ channel: any Channel, _ context: TLSContext) throws {
        switch behaviour {
        case .silent: break
        case .closes: channel.eventLoop.execute { channel.close(promise: nil) }
        case .says(let bytes): channel.eventLoop.execute { channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil) }
        case .saysInTLS(let bytes, _):
            try afterTLS(channel, context) { channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil) }
        case .closesAfterTLS:
            try afterTLS(channel, context) { channel.close(promise: nil) }
        }
    }

    private static func afterTLS(
        _ channel: any Channel, _ context: TLSContext, _ then: @escaping @Sendable () -> Void
    ) throws {
        let tls = TLSHandler(context: context, role: .server, on: channel.eventLoop)
        try channel.pipeline.syncOperations.addHandler(tls)
        tls.handshake.whenSuccess { _ in then() }
    }
}
