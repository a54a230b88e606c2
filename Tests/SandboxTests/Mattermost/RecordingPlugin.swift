import ActionCrypto
import NIOCore
import NIOOpenSSL
import NIOPosix
import Synchronization

/// An integration on plain TCP or TLS that records the bytes it receives and sends a prepared answer.
final class RecordingPlugin: Sendable {
    private let sink: Sink
    private let channel: any Channel
    let port: Int

    var bytes: [UInt8] { sink.bytes.withLock { $0 } }
    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// - Parameter answer: the bytes that are sent after a complete request. If it is empty, the connection is closed instead.
    static func run<Result>(
        answer: String, tls: TLSContext? = nil, _ body: (RecordingPlugin) async throws -> Result
    ) async throws -> Result {
        let plugin = try await RecordingPlugin(answer: answer, tls: tls)
        do {
            let result = try await body(plugin)
            try await plugin.channel.close()
            return result
        } catch {
            try? await plugin.channel.close()
            throw error
        }
    }

    static func http(_ body: String, status: String = "200 OK") -> String {
        "HTTP/1.1 \(status)\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    private init(answer: String, tls: TLSContext?) async throws {
        let sink = Sink()
        self.sink = sink
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let tls {
                        try pipeline.addHandler(TLSHandler(context: tls, role: .server, on: channel.eventLoop))
                    }
                    try pipeline.addHandler(Recorder(answer: answer, sink: sink))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        port = channel.localAddress?.port ?? 0
    }

    private final class Sink: Sendable {
        let bytes = Mutex<[UInt8]>([])
    }

    private final class Recorder: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let answer: String
        private let sink: Sink
        private var text = ""

        init(answer: String, sink: Sink) {
            self.answer = answer
            self.sink = sink
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let bytes = Array(unwrapInboundIn(data).readableBytesView)
            sink.bytes.withLock { $0 += bytes }
            text += String(decoding: bytes, as: UTF8.self)
            guard text.contains("\r\n\r\n"), text.hasSuffix("}") else { return }
            if answer.isEmpty {
                context.close(promise: nil)
            } else {
                context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: answer)), promise: nil)
            }
        }
    }
}
