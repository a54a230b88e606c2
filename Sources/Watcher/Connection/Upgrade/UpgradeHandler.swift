import NIOCore

/// Asks a proxy for a connection upgrade. After that it adds the handlers of the agreed framing behind itself and passes all
/// bytes. Its place in the pipeline is between the outer TLS, with the load balancer, and the inner TLS, with the auth service.
///
/// ```
/// idle ── begin() ──▶ waiting ── whole head of a good answer ──▶ upgraded (bytes pass)
///   │                    │
///   └────────────────────┴── bad answer, too long a head, timeout, end ──▶ failed (the connection is closed)
/// ```
final class UpgradeHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// The largest size of an answer's head in bytes.
    static let headLimit = 16 * 1024

    /// Succeeds when the connection is upgraded and the framing's handlers are in place.
    let upgraded: EventLoopFuture<Void>
    private let promise: EventLoopPromise<Void>
    private let request: UpgradeRequest
    private var head = ByteBuffer()
    /// The number of bytes at the start of the head that cannot belong to its end, because they have been searched. It keeps a
    /// head that arrives byte by byte from being searched again and again.
    private var searched = 0
    private var isUpgraded = false

    private let timeout: TimeAmount
    private var context: ChannelHandlerContext?
    private var timer: Scheduled<Void>?

    init(request: UpgradeRequest, on eventLoop: any EventLoop, timeout: TimeAmount) {
        self.request = request
        self.timeout = timeout
        promise = eventLoop.makePromise()
        upgraded = promise.futureResult
    }

    deinit { promise.fail(ChannelError.eof) }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        timer?.cancel()
    }

    /// Sends the request. It must be called on the event loop once the outer handshake is done.
    func begin() {
        guard let context else { return promise.fail(ChannelError.eof) }
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: timeout) { [weak self] in
            guard let self, !self.isUpgraded, let context = self.context else { return }
            self.fail(UpgradeRequest.Refused(reason: "it did not answer the request for an upgrade in time"), context)
        }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: request.text)), promise: nil)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // Events are not passed on, because the inner TLS would take the outer one's events for its own.
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isUpgraded else { return context.fireChannelRead(data) }
        var bytes = unwrapInboundIn(data)
        head.writeBuffer(&bytes)
        guard let rest = takeHead(context), rest.readableBytes > 0 else { return }
        context.fireChannelRead(wrapInboundOut(rest))
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard isUpgraded else {
            promise?.fail(ChannelError.inappropriateOperationForState)
            return
        }
        context.write(data, promise: promise)
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        promise.fail(UpgradeRequest.Refused(reason: "the proxy closed the connection instead of upgrading it"))
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        promise.fail(UpgradeRequest.Refused.orOther(error))
        context.fireErrorCaught(error)
    }

    /// Upgrades the connection once the head is complete and valid, and returns the bytes that follow it; nil until then.
    private func takeHead(_ context: ChannelHandlerContext) -> ByteBuffer? {
        let view = head.readableBytesView
        guard let end = view.dropFirst(searched).firstRange(of: Array("\r\n\r\n".utf8)) else {
            searched = max(0, view.count - 3)
            if view.count > Self.headLimit { fail(UpgradeRequest.Refused(reason: "its answer has no end"), context) }
            return nil
        }
        do {
            let framing = try request.framing(for: String(decoding: view[..<end.lowerBound], as: UTF8.self))
            try context.pipeline.syncOperations.addHandlers(framing.handlers, position: .after(self))
        } catch {
            fail(error, context)
            return nil
        }
        let rest = ByteBuffer(bytes: view[end.upperBound...])
        head = ByteBuffer()
        isUpgraded = true
        timer?.cancel()
        promise.succeed()
        return rest
    }

    private func fail(_ error: any Error, _ context: ChannelHandlerContext) {
        promise.fail(error)
        context.fireErrorCaught(error)
        context.close(promise: nil)
    }
}
