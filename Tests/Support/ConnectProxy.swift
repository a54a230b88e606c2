import NIOCore
import NIOPosix
import Synchronization

/// An HTTP proxy on a free port that makes tunnels for `CONNECT`, or misbehaves.
package final class ConnectProxy: Sendable {
    package enum Behaviour: Sendable {
        /// It makes the tunnel.
        case connects
        /// It makes the tunnel only for the `Proxy-Authorization` of `Basic` with this value.
        case demands(String)
        /// It answers with these bytes and makes no tunnel.
        case answers(String)
        case closes
        case silent
    }

    private let behaviour: Behaviour
    private let state = Mutex<[String]>([])
    private let listener = Mutex<(any Channel)?>(nil)

    package var port: Int { listener.withLock { $0?.localAddress?.port } ?? 0 }
    /// The first lines of the requests so far.
    package var requests: [String] { state.withLock { $0 } }

    private init(_ behaviour: Behaviour) { self.behaviour = behaviour }

    package static func run<Value: Sendable>(
        _ behaviour: Behaviour, _ body: (ConnectProxy) async throws -> Value
    ) async throws -> Value {
        let proxy = ConnectProxy(behaviour)
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ProxyHandler(proxy))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        proxy.listener.withLock { $0 = channel }
        let result: Result<Value, any Error>
        do { result = .success(try await body(proxy)) } catch { result = .failure(error) }
        try? await channel.close()
        return try result.get()
    }

    /// Returns the target of a tunnel to make, or else the answer; nil for silence.
    fileprivate func judge(_ head: String) -> (target: (host: String, port: Int)?, answer: String?) {
        let lines = head.split(separator: "\r\n").map(String.init)
        state.withLock { $0.append(lines.first ?? "") }
        switch behaviour {
        case .silent: return (nil, nil)
        case .closes: return (nil, "")
        case .answers(let text): return (nil, text)
        case .demands(let pair) where !lines.contains("Proxy-Authorization: Basic \(pair)"):
            return (nil, "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"\r\n\r\n")
        case .connects, .demands:
            let words = (lines.first ?? "").split(separator: " ")
            let parts = words.count == 3 && words[0] == "CONNECT" ? words[1].split(separator: ":") : []
            guard parts.count == 2, let port = Int(parts[1]) else { return (nil, "HTTP/1.1 400 Bad Request\r\n\r\n") }
            return ((String(parts[0]), port), nil)
        }
    }
}

/// Reads the request, and then joins the connection with another one.
private final class ProxyHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let proxy: ConnectProxy
    private var head = ByteBuffer()
    private var isAnswered = false
    private var partner: (any Channel)?

    init(_ proxy: ConnectProxy) { self.proxy = proxy }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        if let partner { return partner.writeAndFlush(bytes, promise: nil) }
        head.writeBuffer(&bytes)
        let text = String(buffer: head)
        guard !isAnswered, text.contains("\r\n\r\n") else { return }
        isAnswered = true
        let (target, answer) = proxy.judge(text)
        guard let target else {
            guard let answer else { return }
            let channel = context.channel
            channel.writeAndFlush(ByteBuffer(string: answer)).whenComplete { _ in channel.close(promise: nil) }
            return
        }
        let (channel, own) = (context.channel, NIOLoopBound(self, eventLoop: context.eventLoop))
        ClientBootstrap(group: context.eventLoop)
            .channelInitializer { outgoing in
                outgoing.eventLoop.makeCompletedFuture {
                    try outgoing.pipeline.syncOperations.addHandler(PassBack(to: channel))
                }
            }
            .connect(host: target.host, port: target.port)
            .whenComplete { result in
                guard case .success(let outgoing) = result else {
                    channel.writeAndFlush(ByteBuffer(string: "HTTP/1.1 502 Bad Gateway\r\n\r\n"), promise: nil)
                    return channel.close(promise: nil)
                }
                own.value.partner = outgoing
                channel.closeFuture.whenComplete { _ in outgoing.close(promise: nil) }
                outgoing.closeFuture.whenComplete { _ in channel.close(promise: nil) }
                channel.writeAndFlush(ByteBuffer(string: "HTTP/1.1 200 Connection established\r\nVia: x\r\n\r\n"), promise: nil)
            }
    }
}

private final class PassBack: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let channel: any Channel

    init(to channel: any Channel) { self.channel = channel }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        channel.writeAndFlush(unwrapInboundIn(data), promise: nil)
    }
}
