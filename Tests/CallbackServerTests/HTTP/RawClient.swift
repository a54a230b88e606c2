import ActionCrypto
import NIOCore
import NIOOpenSSL
import NIOPosix

/// A client on a real socket that sends exactly the given bytes.
final class RawClient: Sendable {
    let channel: any Channel
    private let chunks: Chunks

    private init(channel: any Channel, chunks: Chunks) {
        self.channel = channel
        self.chunks = chunks
    }

    /// - Parameter holdsOpen: whether the client keeps its side open when the server has closed.
    static func connect(
        port: Int, autoRead: Bool = true, tls: TLSContext? = nil, holdsOpen: Bool = false
    ) async throws -> RawClient {
        let chunks = Chunks()
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.autoRead, value: autoRead)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls {
                        let role = TLSHandler.Role.client(serverName: "localhost")
                        try channel.pipeline.syncOperations.addHandler(
                            TLSHandler(context: tls, role: role, on: channel.eventLoop))
                    }
                    try channel.pipeline.syncOperations.addHandler(Collector(chunks: chunks, holdsOpen: holdsOpen))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        return RawClient(channel: channel, chunks: chunks)
    }

    func send(_ text: String) { channel.writeAndFlush(ByteBuffer(string: text), promise: nil) }

    func finishSending() { channel.close(mode: .output, promise: nil) }

    func close() async { try? await channel.close().get() }

    /// Reads everything until the server closes.
    func rest() async -> String {
        var text = ""
        for await chunk in chunks.stream { text += String(buffer: chunk) }
        return text
    }

    /// Reads the first bytes that arrive.
    func start() async -> String {
        for await chunk in chunks.stream { return String(buffer: chunk) }
        return ""
    }

    /// Reads until `count` complete replies have arrived, or the server closes.
    func replies(_ count: Int) async -> [String] {
        var unread = ""
        var found: [String] = []
        for await chunk in chunks.stream {
            unread += String(buffer: chunk)
            let (replies, rest) = Self.split(unread)
            found += replies
            unread = rest
            if found.count >= count { break }
        }
        return found
    }

    func reply(to request: String) async -> String {
        send(request)
        return await replies(1).first ?? ""
    }

    /// Splits bytes into complete replies, by their Content-Length, and the rest.
    private static func split(_ text: String) -> ([String], String) {
        var rest = text[...]
        var replies: [String] = []
        while let head = rest.utf8.firstRange(of: "\r\n\r\n".utf8) {
            let start = rest[..<head.upperBound]
            let length =
                start.split(separator: "\r\n").first { $0.hasPrefix("Content-Length: ") }
                .flatMap { Int($0.dropFirst(16)) } ?? 0
            guard let end = rest.utf8.index(head.upperBound, offsetBy: length, limitedBy: rest.endIndex) else { break }
            replies.append(String(rest[..<end]))
            rest = rest[end...]
        }
        return (replies, String(rest))
    }

    struct Chunks: Sendable {
        let stream: AsyncStream<ByteBuffer>
        let continuation: AsyncStream<ByteBuffer>.Continuation

        init() { (stream, continuation) = AsyncStream.makeStream(of: ByteBuffer.self) }
    }

    private final class Collector: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let chunks: Chunks
        private let holdsOpen: Bool

        init(chunks: Chunks, holdsOpen: Bool) {
            self.chunks = chunks
            self.holdsOpen = holdsOpen
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) { chunks.continuation.yield(Self.unwrapInboundIn(data)) }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if case .some(.inputClosed) = event as? ChannelEvent {
                chunks.continuation.finish()
                if !holdsOpen { context.close(promise: nil) }
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

        func channelInactive(context: ChannelHandlerContext) { chunks.continuation.finish() }
    }
}
