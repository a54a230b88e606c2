import ActionCrypto
import NIOCore
import NIOPosix
import TestSupport
import Testing

@testable import NIOOpenSSL

@Suite("Over real sockets", .timeLimit(.minutes(1))) struct SocketTests {
    let certificates: Certificates
    let group = MultiThreadedEventLoopGroup.singleton

    init() throws { certificates = try Certificates.shared() }

    /// Answers everything that it reads with `answer`, then closes.
    private final class Answerer: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer
        let answer: ByteBuffer
        init(_ answer: ByteBuffer) { self.answer = answer }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let channel = context.channel
            context.writeAndFlush(wrapOutboundOut(answer)).assumeIsolated().whenComplete { _ in channel.close(promise: nil) }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {}
    }

    /// Keeps all bytes, and succeeds with them when the connection ends.
    private final class Gatherer: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        let done: EventLoopPromise<ByteBuffer>
        var all = ByteBuffer()
        init(_ done: EventLoopPromise<ByteBuffer>) { self.done = done }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            var bytes = unwrapInboundIn(data)
            all.writeBuffer(&bytes)
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {}

        func channelInactive(context: ChannelHandlerContext) { done.succeed(all) }
    }

    private func serve(_ answer: ByteBuffer) async throws -> any Channel {
        let context = try TLSContext.server(
            identity: certificates.teleportServer, alpn: ["h2"], clientTrust: certificates.teleportCA)
        return try await ServerBootstrap(group: group).childChannelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandlers([
                    BackPressureHandler(), TLSHandler(context: context, role: .server, on: channel.eventLoop),
                    Answerer(answer),
                ])
            }
        }.bind(host: "127.0.0.1", port: 0).get()
    }

    private struct Dialled {
        var channel: any Channel
        var handshake: EventLoopFuture<TLSHandler.Handshake>
        var failure: TLSFailure
    }

    /// Connects as the Watcher module does: TLS is the only handler, and nobody reads.
    private func dial(_ server: any Channel, _ identity: TLSIdentity?) async throws -> Dialled {
        let context = try TLSContext.client(
            identity: identity, alpn: ["h2"], trust: .certificates(certificates.teleportCA))
        let failure = TLSFailure()
        let address = try #require(server.localAddress)
        let (channel, handshake) = try await ClientBootstrap(group: group).channelOption(.autoRead, value: false)
            .connect(to: address) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let tls = TLSHandler(
                        context: context, role: .client(serverName: Certificates.authServerName), on: channel.eventLoop,
                        failure: failure)
                    try channel.pipeline.syncOperations.addHandler(tls)
                    return (channel, tls.handshake)
                }
            }
        return Dialled(channel: channel, handshake: handshake, failure: failure)
    }

    private func gather(_ dialled: Dialled) async throws -> ByteBuffer {
        let done = dialled.channel.eventLoop.makePromise(of: ByteBuffer.self)
        do {
            try await dialled.channel.eventLoop.submit {
                try dialled.channel.pipeline.syncOperations.addHandler(Gatherer(done))
            }.get()
            try await dialled.channel.setOption(.autoRead, value: true).get()
        } catch {
            done.fail(error)
        }
        return try await done.futureResult.get()
    }

    @Test("8 MB arrive whole in a pipeline that was built after the handshake")
    func large() async throws {
        let server = try await serve(ByteBuffer(repeating: 42, count: 8_000_000))
        let dialled = try await dial(server, certificates.client)
        #expect(try await dialled.handshake.get().alpn == "h2")
        try await dialled.channel.writeAndFlush(ByteBuffer(string: "go")).get()
        #expect(try await gather(dialled) == ByteBuffer(repeating: 42, count: 8_000_000))
        #expect(dialled.failure.error == nil)
        try await server.close().get()
    }

    @Test(
        "The error of a refused client certificate is the alert over sockets too",
        arguments: [("expired-client", "sslv3 alert certificate expired"), ("foreign-client", "tlsv1 alert unknown ca")])
    func refused(name: String, alert: String) async throws {
        let server = try await serve(ByteBuffer())
        let dialled = try await dial(server, certificates.identity(name))
        _ = try await dialled.handshake.get()
        try? await dialled.channel.writeAndFlush(ByteBuffer(repeating: 1, count: 100_000)).get()
        // The channel may be closed before the gatherer is added.
        _ = try? await gather(dialled)
        try await dialled.channel.closeFuture.get()
        #expect(dialled.failure.error?.reasons == [alert])
        try await server.close().get()
    }
}
