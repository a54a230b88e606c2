import ActionCrypto
import FoundationEssentials
import NIOCore
import NIOHTTP1
import NIOOpenSSL
import NIOPosix

/// Calls an integration as the server does: with an HTTP/1.1 POST on a new connection, for at most 30 seconds.
struct CallbackClient: Sendable {
    struct Answer: Sendable {
        var status: Int
        var body: [UInt8]
    }

    /// Decides which certificates of integrations are accepted; nil to allow plain HTTP only.
    var tls: TLSContext?
    var timeLimit: TimeAmount = .seconds(30)

    func post(_ body: [UInt8], to url: String) async throws -> Answer {
        let target = try CallbackTarget(url)
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let answer = loop.makePromise(of: Answer.self)
        let limit = loop.scheduleTask(in: timeLimit) { answer.fail(SandboxError("no answer in time from \(target.authority)")) }
        defer { limit.cancel() }
        do {
            let channel = try await connect(to: target, on: loop, answer: answer)
            defer { channel.close(promise: nil) }
            send(body, to: target, on: channel)
            return try await answer.futureResult.get()
        } catch {
            answer.fail(error)
            throw error
        }
    }

    /// Opens a connection. With TLS it returns after the handshake.
    private func connect(
        to target: CallbackTarget, on loop: any EventLoop, answer: EventLoopPromise<Answer>
    ) async throws -> any Channel {
        if target.isTLS && tls == nil { throw SandboxError("an https integration, but no callback CA is known") }
        let ready = loop.makePromise(of: Void.self)
        let bootstrap = ClientBootstrap(group: loop).connectTimeout(.seconds(3)).channelInitializer { channel in
            loop.makeCompletedFuture {
                try prepare(channel, for: target, ready: ready, answer: answer)
            }
        }
        do {
            let channel = try await bootstrap.connect(host: target.host, port: target.port).get()
            answer.futureResult.whenFailure { _ in channel.close(promise: nil) }
            try await ready.futureResult.get()
            return channel
        } catch {
            ready.fail(error)
            throw error
        }
    }

    private func prepare(
        _ channel: any Channel, for target: CallbackTarget, ready: EventLoopPromise<Void>, answer: EventLoopPromise<Answer>
    ) throws {
        let pipeline = channel.pipeline.syncOperations
        if target.isTLS, let tls {
            let handler = TLSHandler(context: tls, role: .client(serverName: target.host), on: channel.eventLoop)
            handler.handshake.map { _ in }.cascade(to: ready)
            try pipeline.addHandler(handler)
        } else {
            ready.succeed()
        }
        try pipeline.addHTTPClientHandlers()
        try pipeline.addHandlers([NIOHTTPClientResponseAggregator(maxContentLength: 1 << 20), AnswerHandler(answer: answer)])
    }

    private func send(_ body: [UInt8], to target: CallbackTarget, on channel: any Channel) {
        let head = HTTPRequestHead(
            version: .http1_1, method: .POST, uri: target.requestTarget, headers: Self.headers(for: target, length: body.count))
        channel.write(HTTPClientRequestPart.head(head), promise: nil)
        channel.write(HTTPClientRequestPart.body(.byteBuffer(ByteBuffer(bytes: body))), promise: nil)
        channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
    }

    /// The headers in the order of Go's client: its own headers first, then the request's headers sorted by name, and
    /// `Accept-Encoding` last.
    static func headers(for target: CallbackTarget, length: Int) -> HTTPHeaders {
        var headers: HTTPHeaders = [
            "Host": target.authority, "User-Agent": "Mattermost-Bot/1.1", "Content-Length": "\(length)",
            "Accept": "application/json",
        ]
        if let credentials = target.credentials {
            headers.add(name: "Authorization", value: "Basic " + Data(credentials.utf8).base64EncodedString())
        }
        headers.add(name: "Content-Type", value: "application/json")
        headers.add(name: "Accept-Encoding", value: "gzip")
        return headers
    }
}

/// Completes a promise with the answer, or with the reason why there is none.
private final class AnswerHandler: ChannelInboundHandler {
    typealias InboundIn = NIOHTTPClientResponseFull

    private let answer: EventLoopPromise<CallbackClient.Answer>

    init(answer: EventLoopPromise<CallbackClient.Answer>) { self.answer = answer }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let response = unwrapInboundIn(data)
        let body = response.body.map { Array($0.readableBytesView) } ?? []
        answer.succeed(CallbackClient.Answer(status: Int(response.head.status.code), body: body))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        answer.fail(error)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        answer.fail(SandboxError("the connection ended before a whole answer"))
        context.fireChannelInactive()
    }
}
