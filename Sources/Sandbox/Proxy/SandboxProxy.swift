package import ActionCrypto
import NIOCore
import NIOOpenSSL
import NIOPosix
import ServiceLifecycle

/// A Teleport proxy's web port before an auth service: it passes TLS on by its ALPN protocol, as Teleport 8 and newer do, or
/// stands behind a load balancer that ends TLS and upgrades connections, as 11 and newer do, or neither, as 7 does.
package final class SandboxProxy: Service {
    package struct Configuration: Sendable {
        /// The web certificate, which is not the cluster's.
        package var identity: TLSIdentity
        package var authPort: Int
        package var version = "8.1.0"
        package var clusterName = "sandbox.example"
        /// Whether TLS with the auth service's ALPN protocol is passed on.
        package var routesTLS = true
        /// What it upgrades connections to: `websocket`, `alpn-ping`, `alpn`. Empty: not at all.
        package var upgrades: Set<String> = []
        /// A load balancer before it that takes TLS for this server name alone. Nil: for any.
        package var onlyName: String?
        /// The alert that answers other names: 40 handshake_failure, 112 unrecognized_name.
        package var foreignNameAlert: UInt8 = 112

        package init(identity: TLSIdentity, authPort: Int) {
            self.identity = identity
            self.authPort = authPort
        }
    }

    let configuration: Configuration
    private let listening = Observed(0)
    let channels = Observed<[any Channel]>([])
    /// Answers to the pings that it sends on upgraded web sockets.
    package let pongs = Observed(0)

    package init(_ configuration: Configuration) { self.configuration = configuration }

    /// On 127.0.0.1; waits until it listens.
    package var port: Int {
        get async throws { try await listening.first { $0 > 0 } }
    }

    package func run() async throws {
        let tls = try TLSContext.server(identity: configuration.identity, alpn: ["h2", "http/1.1"])
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    self.channels.update { $0.append(channel) }
                    try channel.pipeline.syncOperations.addHandler(ProxySniffer(self, tls: tls))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        listening.update { $0 = server.localAddress?.port ?? 0 }
        defer {
            server.close(promise: nil)
            for channel in channels.value { channel.close(promise: nil) }
        }
        try await cancelWhenGracefulShutdown { _ = try? await Observed(false).first { $0 } }
    }
}

/// Carries bytes between a client's connection and one of its own to the auth service.
final class AuthPipe {
    private var back: (any Channel)?
    private var pending: [ByteBuffer] = []

    init(front: any Channel, port: Int) {
        let loop = front.eventLoop
        ClientBootstrap(group: loop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(PipeEnd(front: front))
                }
            }
            .connect(host: "127.0.0.1", port: port)
            .assumeIsolated().whenComplete { result in
                guard case .success(let channel) = result else { return front.close(promise: nil) }
                self.back = channel
                for bytes in self.pending { channel.writeAndFlush(bytes, promise: nil) }
                self.pending = []
            }
    }

    func send(_ bytes: ByteBuffer) {
        guard bytes.readableBytes > 0 else { return }
        if let back { back.writeAndFlush(bytes, promise: nil) } else { pending.append(bytes) }
    }

    func close() { back?.close(promise: nil) }
}

private final class PipeEnd: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let front: any Channel

    init(front: any Channel) { self.front = front }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        front.writeAndFlush(unwrapInboundIn(data), promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        front.close(promise: nil)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
