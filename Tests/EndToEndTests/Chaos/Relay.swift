import NIOCore
import NIOPosix
import Synchronization

/// Passes each TCP connection on to a port that is chosen when the connection arrives. It can cut its connections, and be
/// closed for a while.
final class Relay: Sendable {
    private struct State {
        var listener: (any Channel)?
        var open: [ObjectIdentifier: any Channel] = [:]
    }

    let port: Int
    private let target: @Sendable () -> Int?
    private let state = Mutex(State())

    /// - Parameter target: returns the port to connect to, or nil to close the connection.
    init(port: Int, target: @escaping @Sendable () -> Int?) {
        self.port = port
        self.target = target
    }

    func open() async throws {
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.autoRead, value: false)
            .childChannelInitializer { channel in
                self.pass(channel)
                return channel.eventLoop.makeSucceededVoidFuture()
            }
            .bind(host: "127.0.0.1", port: port).get()
        state.withLock { $0.listener = listener }
    }

    /// Refuses new connections, and cuts the open ones.
    func close() async {
        let listener = state.withLock { state in
            defer { state.listener = nil }
            return state.listener
        }
        try? await listener?.close()
        cut()
    }

    func cut() {
        for channel in state.withLock({ Array($0.open.values) }) { channel.close(promise: nil) }
    }

    private func pass(_ incoming: any Channel) {
        keep(incoming)
        guard let port = target() else { return incoming.close(promise: nil) }
        ClientBootstrap(group: incoming.eventLoop)
            .channelOption(.autoRead, value: false)
            .connect(host: "127.0.0.1", port: port)
            .whenComplete { result in
                guard case .success(let outgoing) = result else { return incoming.close(promise: nil) }
                self.keep(outgoing)
                self.join(incoming, outgoing)
            }
    }

    /// Passes the bytes of each channel on to the other one. Both must be on the same event loop.
    private func join(_ one: any Channel, _ other: any Channel) {
        for (channel, partner) in [(one, other), (other, one)] {
            _ = try? channel.pipeline.syncOperations.addHandler(PassOn(to: partner))
            channel.closeFuture.whenComplete { _ in partner.close(promise: nil) }
        }
        for channel in [one, other] { channel.setOption(.autoRead, value: true).whenFailure { _ in } }
    }

    private func keep(_ channel: any Channel) {
        let key = ObjectIdentifier(channel)
        state.withLock { $0.open[key] = channel }
        channel.closeFuture.whenComplete { _ in self.state.withLock { _ = $0.open.removeValue(forKey: key) } }
    }
}

private final class PassOn: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let partner: any Channel

    init(to partner: any Channel) { self.partner = partner }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        partner.writeAndFlush(unwrapInboundIn(data), promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}

/// Waits in NIO's event loop, by the kernel's timer.
enum Pause {
    static func until(_ moment: ContinuousClock.Instant) async {
        await length(moment - .now)
    }

    static func length(_ length: Duration) async {
        guard length > .zero else { return }
        let (seconds, attoseconds) = length.components
        let amount = TimeAmount.nanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
        try? await MultiThreadedEventLoopGroup.singleton.any().scheduleTask(in: amount) {}.futureResult.get()
    }
}
