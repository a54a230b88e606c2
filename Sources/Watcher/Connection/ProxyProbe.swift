import Access
import ActionCrypto
import Base
import NIOCore
import NIOOpenSSL
import NIOPosix

/// Finds out whether a Teleport proxy listens at the address, so that an error can say what to do. It is used once every route
/// has failed. A proxy returns its version, and whether it has TLS routing, at `/webapi/find`.
struct ProxyProbe: Sendable {
    private static let limit = Duration.seconds(5)
    /// The largest size of the whole HTTP answer in bytes.
    private static let answerLimit = 64 * 1024

    let address: AuthAddress
    let configuration: TeleportConfiguration
    let group: any EventLoopGroup

    /// Returns the proxy's version and what to do about it, as text for a person; nil if no proxy answers.
    func advice() async -> String? {
        guard let answer = try? await find() else { return nil }
        return Self.advice(answer, setting: address.setting)
    }

    /// Makes the advice from a proxy's answer. It searches the text for two fields and does not parse the JSON, because an
    /// unknown server sent it.
    static func advice(_ answer: String, setting: String) -> String? {
        guard let text = value("server_version", in: answer), let version = ServerVersion(text) else { return nil }
        let mend = "\(setting) must be the auth service's address, usually port 3025."
        if version < .tlsRouting {
            return "This is a proxy of Teleport \(version), which has no TLS routing: \(mend)"
        }
        guard answer.contains("\"tls_routing_enabled\":true") else {
            return "This is a proxy of Teleport \(version) with TLS routing switched off (proxy_listener_mode): \(mend)"
        }
        return "This is a proxy of Teleport \(version) with TLS routing."
    }

    private static func value(_ name: String, in json: String) -> String? {
        guard let key = json.firstRange(of: "\"\(name)\":\"") else { return nil }
        let rest = json[key.upperBound...].prefix(129)
        return rest.firstIndex(of: "\"").map { String(rest[..<$0]) }
    }

    private func find() async throws -> String {
        let context = try RouteFinder.outerContext()
        let loop = group.any()
        let promise = loop.makePromise(of: String.self)
        let request = "GET /webapi/find HTTP/1.1\r\nHost: \(address)\r\nConnection: close\r\n\r\n"
        return try await within(Self.limit, on: loop) {
            let channel = try await ClientBootstrap(group: loop)
                .resolver(HostResolver(on: loop))
                .connectTimeout(TimeAmount(Self.limit))
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let tls = TLSHandler(
                            context: context, role: .client(serverName: address.host), on: channel.eventLoop,
                            handshakeTimeout: TimeAmount(Self.limit))
                        let collector = AnswerCollector(request: request, limit: Self.answerLimit, promise: promise)
                        let add = {
                            try channel.pipeline.syncOperations.addHandlers([tls, collector])
                            return tls.handshake
                        }
                        if let proxy = configuration.proxy {
                            try ProxyTunnel.open(proxy, to: address, configuration, on: channel, then: add)
                                .whenFailure { promise.fail($0) }
                        } else {
                            _ = try add()
                        }
                    }
                }
                .connect(host: configuration.proxy?.host ?? address.host, port: configuration.proxy?.port ?? address.port)
                .get()
            defer { channel.close(promise: nil) }
            return try await withTaskCancellationHandler {
                try await promise.futureResult.get()
            } onCancel: {
                promise.fail(CancellationError())
            }
        }
    }
}

/// Sends an HTTP request and collects the answer until the connection ends or the limit is reached.
private final class AnswerCollector: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let request: String
    private let limit: Int
    private let promise: EventLoopPromise<String>
    private var answer = ByteBuffer()

    init(request: String, limit: Int, promise: EventLoopPromise<String>) {
        self.request = request
        self.limit = limit
        self.promise = promise
    }

    /// Sends the request on a connection that was made before, through an HTTP proxy.
    func handlerAdded(context: ChannelHandlerContext) {
        guard context.channel.isActive else { return }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: request)), promise: nil)
    }

    func channelActive(context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: request)), promise: nil)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        answer.writeBuffer(&bytes)
        if answer.readableBytes > limit { finish(context) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event { finish(context) }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        finish(context)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        promise.fail(error)
        context.close(promise: nil)
    }

    private func finish(_ context: ChannelHandlerContext) {
        promise.succeed(String(decoding: answer.readableBytesView.prefix(limit), as: UTF8.self))
        context.close(promise: nil)
    }
}
