import ActionCrypto
import NIOCore
import NIOHTTP1
import NIOOpenSSL
import NIOPosix
import Synchronization

/// An HTTP server on a free port that answers each request, or misbehaves, as the test says.
final class FaultyServer: Sendable {
    struct Request: Sendable {
        var method: String
        var path: String
        var headers: [(name: String, value: String)]
        var body: [UInt8]
        /// The number of the request, counted from 0 in the order of arrival.
        var number: Int
        /// The number of the connection that it came by, counted from 1.
        var connection: Int

        func header(_ name: String) -> String? { headers.first { $0.name.lowercased() == name.lowercased() }?.value }
    }

    enum Reaction: Sendable {
        case send([UInt8])
        /// Sends the bytes and closes the connection.
        case sendAndClose([UInt8])
        case stall
        case drop
        /// Sends the first bytes once, and then the second bytes again and again.
        case endless([UInt8], [UInt8])
    }

    typealias React = @Sendable (Request) -> Reaction

    private struct State {
        var accepted = 0
        var requests: [Request] = []
    }

    /// Yields each request when it arrives.
    let arrivals: AsyncStream<Request>
    /// Yields the number of each connection when it ends.
    let closings: AsyncStream<Int>
    private let arrived: AsyncStream<Request>.Continuation
    fileprivate let closed: AsyncStream<Int>.Continuation
    private let state = Mutex(State())
    private let channel = Mutex<(any Channel)?>(nil)
    private let react: React

    private let tls: TLSContext?

    private init(_ react: @escaping React, _ tls: TLSContext?) {
        self.react = react
        self.tls = tls
        (arrivals, arrived) = AsyncStream.makeStream()
        (closings, closed) = AsyncStream.makeStream()
    }

    var accepted: Int { state.withLock { $0.accepted } }
    var requests: [Request] { state.withLock { $0.requests } }

    /// The server's URL: `http://127.0.0.1:port`, or the same with `https`.
    var url: String { "\(tls == nil ? "http" : "https")://127.0.0.1:\(channel.withLock { $0?.localAddress?.port } ?? 0)" }

    static func run<Value: Sendable>(
        tls: TLSContext? = nil, _ react: @escaping React, _ test: (FaultyServer) async throws -> Value
    ) async throws -> Value {
        let server = FaultyServer(react, tls)
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { child in
                child.eventLoop.makeCompletedFuture { try server.addHandlers(to: child) }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        server.channel.withLock { $0 = channel }
        let result: Result<Value, any Error>
        do { result = .success(try await test(server)) } catch { result = .failure(error) }
        try await channel.close()
        return try result.get()
    }

    private func addHandlers(to child: any Channel) throws {
        let number = state.withLock { state in
            state.accepted += 1
            return state.accepted
        }
        if let tls {
            let handler = TLSHandler(context: tls, role: .server, on: child.eventLoop)
            try child.pipeline.syncOperations.addHandler(handler)
        }
        try child.pipeline.syncOperations.addHandlers(
            ByteToMessageHandler(HTTPRequestDecoder()), FaultyHandler(server: self, connection: number))
    }

    fileprivate func reaction(to request: Request) -> Reaction {
        let request = state.withLock { state in
            var request = request
            request.number = state.requests.count
            state.requests.append(request)
            return request
        }
        arrived.yield(request)
        return react(request)
    }
}

private final class FaultyHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = ByteBuffer

    private let server: FaultyServer
    private var request: FaultyServer.Request

    init(server: FaultyServer, connection: Int) {
        self.server = server
        request = .init(method: "", path: "", headers: [], body: [], number: 0, connection: connection)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            request.method = head.method.rawValue
            request.path = head.uri
            request.headers = head.headers.map { ($0.name, $0.value) }
            request.body = []
        case .body(let bytes):
            request.body += Array(bytes.readableBytesView)
        case .end:
            react(context.channel, server.reaction(to: request))
        }
    }

    func channelInactive(context: ChannelHandlerContext) { server.closed.yield(request.connection) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func react(_ channel: any Channel, _ reaction: FaultyServer.Reaction) {
        switch reaction {
        case .send(let bytes): channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil)
        case .sendAndClose(let bytes):
            channel.writeAndFlush(ByteBuffer(bytes: bytes)).whenComplete { _ in channel.close(promise: nil) }
        case .stall: break
        case .drop: channel.close(promise: nil)
        case .endless(let first, let rest):
            channel.writeAndFlush(ByteBuffer(bytes: first), promise: nil)
            Self.repeatForever(ByteBuffer(bytes: rest), on: channel)
        }
    }

    /// Sends until the client closes the connection.
    private static func repeatForever(_ bytes: ByteBuffer, on channel: any Channel) {
        channel.writeAndFlush(bytes).whenSuccess { repeatForever(bytes, on: channel) }
    }
}
