import GRPCCore
import NIOCore
import SwiftProtobuf
import TeleportAPI
import TestSupport
import Testing

@testable import Sandbox

/// Tests of HTTP/2 PINGs in both directions.
@Suite(.timeLimit(.minutes(1))) struct AuthKeepaliveTests {
    private static let preface = [UInt8]("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
    private static let settings: [UInt8] = [0, 0, 0, 4, 0, 0, 0, 0, 0]
    private static let ping: [UInt8] = [0, 0, 8, 6, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1]

    /// Sends these bytes on a new connection, and returns what the server sends until it closes the connection or `enough` is
    /// true.
    private func answer(
        _ auth: SandboxAuth, to bytes: [UInt8], enough: ([UInt8]) -> Bool = { _ in false }
    ) async throws -> [UInt8] {
        let channel = try await auth.connect(as: try Certificates.shared().client)
        let (stream, continuation) = AsyncStream.makeStream(of: ByteBuffer.self)
        try await channel.pipeline.addHandler(ByteCollector(continuation: continuation)).get()
        channel.setAutoRead()
        try await channel.writeAndFlush(ByteBuffer(bytes: bytes)).get()
        var received: [UInt8] = []
        for await buffer in stream {
            received += buffer.readableBytesView
            if enough(received) { break }
        }
        channel.close(promise: nil)
        return received
    }

    @Test("Pings oftener than once a minute are answered with a GOAWAY that says too_many_pings")
    func tooManyPings() async throws {
        try await withSandboxAuth { auth in
            let pings = Array(repeating: Self.ping, count: 4).flatMap { $0 }
            let received = try await answer(auth, to: Self.preface + Self.settings + pings)
            #expect(String(decoding: received, as: UTF8.self).contains("too_many_pings"))
        }
    }

    @Test("Pings that are no more frequent than allowed are acknowledged, and the connection stays")
    func allowedPings() async throws {
        try await withSandboxAuth {
            $0.minPingInterval = .zero
        } _: { auth in
            let pings = Array(repeating: Self.ping, count: 10).flatMap { $0 }
            let acknowledgement = Array(Self.ping.prefix(4) + [1] + Self.ping.dropFirst(5))
            let received = try await answer(auth, to: Self.preface + Self.settings + pings) {
                $0.count(of: acknowledgement) == 10
            }
            #expect(received.count(of: acknowledgement) == 10)
            #expect(received.count(of: [UInt8]("too_many_pings".utf8)) == 0)
        }
    }

    /// Without a filter, the client's HTTP/2 library allows about 200 PINGs in 30 seconds, and then closes the connection.
    @Test(
        "A PING comes with each request, and a client without a filter for them loses its connection",
        arguments: [true, false])
    func pingsWithRequests(sent: Bool) async throws {
        try await withSandboxAuth {
            $0.pingsWithRequests = sent
        } _: { auth in
            let failure = try await auth.withClient { client in
                await refusal { for _ in 0..<400 { _ = try await client.ping(.init()) } }
            }
            #expect((failure != nil) == sent)
        }
    }
}

extension [UInt8] {
    fileprivate func count(of part: [UInt8]) -> Int {
        indices.count { self[$0...].starts(with: part) }
    }
}

private final class ByteCollector: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer

    private let continuation: AsyncStream<ByteBuffer>.Continuation

    init(continuation: AsyncStream<ByteBuffer>.Continuation) { self.continuation = continuation }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { continuation.yield(unwrapInboundIn(data)) }

    func channelInactive(context: ChannelHandlerContext) { continuation.finish() }
}
