import NIOCore

/// Asks a proxy for a tunnel by an HTTP request: for a connection upgrade, or by `CONNECT`. After a good answer it adds the
/// handlers that the tunnel needs behind itself and passes all bytes.
///
/// For an upgrade its place in the pipeline is between the outer TLS, with the load balancer, and the inner TLS, with the auth
/// service. For `CONNECT` it is next to the socket.
///
/// ```
/// idle ── begin() ──▶ waiting ── whole head of a good answer ──▶ open (bytes pass)
///   │                    │
///   └────────────────────┴── bad answer, too long a head, timeout, end ──▶ failed (the connection is closed)
/// ```
final class TunnelHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// The largest size of an answer's head in bytes.
    static let headLimit = 16 * 1024

    /// Succeeds when the tunnel is open and its handlers are in place.
    let opened: EventLoopFuture<Void>
    private let promise: EventLoopPromise<Void>
    private let request: any TunnelRequest
    private var head = ByteBuffer()
    /// The number of bytes at the start of the head that cannot belong to its end, because they have been searched. It keeps a
    /// head that arrives byte by byte from being searched again and again.
    private var searched = 0
    private var isOpen = false

    /// Whether the request is sent as soon as the connection is made, and not by ``begin()``.
    private let beginsAtOnce: Bool
    private let timeout: TimeAmount
    private var context: ChannelHandlerContext?
    private var timer: Scheduled<Void>?

    init(request: any TunnelRequest, on eventLoop: any EventLoop, timeout: TimeAmount, beginsAtOnce: Bool = false) {
        self.request = request
        self.beginsAtOnce = beginsAtOnce
        self.timeout = timeout
        promise = eventLoop.makePromise()
        opened = promise.futureResult
    }

    deinit { promise.fail(ChannelError.eof) }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        timer?.cancel()
    }

    func channelActive(context: ChannelHandlerContext) {
        if beginsAtOnce { begin() }
        context.fireChannelActive()
    }

    /// Sends the request. It must be called on the event loop once what is nearer to the socket is ready.
    func begin() {
        guard let context else { return promise.fail(ChannelError.eof) }
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: timeout) { [weak self] in
            guard let self, !self.isOpen, let context = self.context else { return }
            self.fail(self.request.failure(.late), context)
        }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: request.text)), promise: nil)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // Events are not passed on, because the inner TLS would take the outer one's events for its own.
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isOpen else { return context.fireChannelRead(data) }
        var bytes = unwrapInboundIn(data)
        head.writeBuffer(&bytes)
        guard let rest = takeHead(context), rest.readableBytes > 0 else { return }
        context.fireChannelRead(wrapInboundOut(rest))
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard isOpen else {
            promise?.fail(ChannelError.inappropriateOperationForState)
            return
        }
        context.write(data, promise: promise)
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        promise.fail(request.failure(.closed))
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        promise.fail(request.failure(.error(error)))
        context.fireErrorCaught(error)
    }

    /// Opens the tunnel once the head is complete and valid, and returns the bytes that follow it; nil until then.
    private func takeHead(_ context: ChannelHandlerContext) -> ByteBuffer? {
        let view = head.readableBytesView
        guard request.mayBegin(with: view) else {
            fail(request.failure(.other), context)
            return nil
        }
        guard let end = view.dropFirst(searched).firstRange(of: Array("\r\n\r\n".utf8)) else {
            searched = max(0, view.count - 3)
            if view.count > Self.headLimit { fail(request.failure(.endless), context) }
            return nil
        }
        do {
            let handlers = try request.handlers(for: String(decoding: view[..<end.lowerBound], as: UTF8.self))
            try context.pipeline.syncOperations.addHandlers(handlers, position: .after(self))
        } catch {
            fail(error, context)
            return nil
        }
        let rest = ByteBuffer(bytes: view[end.upperBound...])
        head = ByteBuffer()
        isOpen = true
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
