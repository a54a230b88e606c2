package import ActionCrypto
import NIOCore
import NIOOpenSSL
import NIOPosix
import ServiceLifecycle

/// The web port of a Teleport proxy in front of an auth service. It can route TLS by its ALPN protocol like Teleport 8 and
/// newer. It can stand behind a load balancer that terminates TLS, and upgrade connections like Teleport 11 and newer. Without
/// either it behaves like Teleport 7.
package final class SandboxProxy: Service {
    package struct Configuration: Sendable {
        /// The web certificate, which is not issued by the cluster's CA.
        package var identity: TLSIdentity
        package var authPort: Int
        package var version = "8.1.0"
        package var clusterName = "sandbox.example"
        /// Whether TLS with the auth service's ALPN protocol is routed to the auth service.
        package var routesTLS = true
        /// The protocols that connections can be upgraded to: `websocket`, `alpn-ping` and `alpn`. Empty for none.
        package var upgrades: Set<String> = []
        /// The only server name for which the load balancer accepts TLS; nil for any.
        package var onlyName: String?
        /// The alert that answers other server names: 40 is handshake_failure, 112 is unrecognized_name.
        package var foreignNameAlert: UInt8 = 112

        package init(identity: TLSIdentity, authPort: Int) {
            self.identity = identity
            self.authPort = authPort
        }
    }

    let configuration: Configuration
    private let listening = Observed(0)
    let channels = Observed<[any Channel]>([])
    /// The number of answers to pings on upgraded web sockets.
    package let pongs = Observed(0)

    package init(_ configuration: Configuration) { self.configuration = configuration }

    /// The port on 127.0.0.1. Waits until it listens.
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
        await cancelWhenGracefulShutdown { _ = try? await Observed(false).first { $0 } }
    }
}

/// Passes bytes between a client's connection and a connection to the auth service.
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
