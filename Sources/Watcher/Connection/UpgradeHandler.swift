import NIOCore

/// Between the outer TLS and the inner: asks a proxy for a connection upgrade, then carries the inner bytes in the frames
/// that were agreed on. Sends the request when the outer handshake is done.
final class UpgradeHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// An answer's head, or a frame, that is longer is no Teleport's.
    static let headLimit = 16 * 1024

    let upgraded: EventLoopFuture<Void>
    private let promise: EventLoopPromise<Void>
    private let request: UpgradeRequest
    private var head = ByteBuffer()
    /// Bytes of the head in which its end does not begin: an answer that comes byte by byte is looked at once.
    private var scanned = 0
    private var codec: (any FrameCodec)?

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

    /// Once the outer handshake is done, on the event loop.
    func begin() {
        guard let context else { return promise.fail(ChannelError.eof) }
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: timeout) { [weak self] in
            guard let self, self.codec == nil, let context = self.context else { return }
            self.fail(UpgradeRequest.Refused(reason: "it did not answer the request for an upgrade in time"), context)
        }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: request.text)), promise: nil)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // The outer TLS's own events mean nothing to the inner.
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        if codec == nil {
            head.writeBuffer(&bytes)
            guard let rest = takeHead(context) else { return }
            bytes = rest
        }
        decode(bytes, context)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let bytes = unwrapOutboundIn(data)
        guard let codec else {
            promise?.fail(ChannelError.inappropriateOperationForState)
            return
        }
        context.write(wrapOutboundOut(codec.encode(bytes)), promise: promise)
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

    /// What follows the head, once that is whole and good.
    private func takeHead(_ context: ChannelHandlerContext) -> ByteBuffer? {
        let view = head.readableBytesView
        guard let end = view.dropFirst(scanned).firstRange(of: Array("\r\n\r\n".utf8)) else {
            scanned = max(0, view.count - 3)
            if view.count > Self.headLimit { fail(UpgradeRequest.Refused(reason: "its answer has no end"), context) }
            return nil
        }
        let text = String(decoding: view[..<end.lowerBound], as: UTF8.self)
        do {
            codec = try request.codec(for: text)
        } catch {
            fail(error, context)
            return nil
        }
        let rest = ByteBuffer(bytes: view[end.upperBound...])
        head = ByteBuffer()
        timer?.cancel()
        promise.succeed()
        return rest
    }

    private func decode(_ bytes: ByteBuffer, _ context: ChannelHandlerContext) {
        guard bytes.readableBytes > 0 else { return }
        do {
            guard let output = try codec?.decode(bytes) else { return }
            if output.answers.readableBytes > 0 {
                context.writeAndFlush(wrapOutboundOut(output.answers), promise: nil)
            }
            if output.payload.readableBytes > 0 { context.fireChannelRead(wrapInboundOut(output.payload)) }
            if output.isEnd { context.close(promise: nil) }
        } catch {
            fail(error, context)
        }
    }

    private func fail(_ error: any Error, _ context: ChannelHandlerContext) {
        promise.fail(error)
        context.fireErrorCaught(error)
        context.close(promise: nil)
    }
}
