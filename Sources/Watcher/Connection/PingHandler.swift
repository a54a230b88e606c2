import NIOCore

/// Stands between TLS and gRPC. It answers the server's PINGs and hides them from the HTTP/2 library (see ``PingFilter``),
/// records the first error, and holds back what the server sends until gRPC's handlers are in place after the handshake.
///
/// ```
/// holding (bytes are kept, at most heldLimit) ── open() ──▶ open (bytes pass the filter)
/// ```
final class PingHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// The server sent more than is kept for it.
    struct Flooded: Error, CustomStringConvertible {
        let description: String
    }

    /// The most bytes that are held. A server sends its settings and then waits for the client, so that one which sends more
    /// is no auth service.
    private static let heldLimit = 256 * 1024
    /// The most answers that wait until the server reads. A server has at most a few unanswered PINGs.
    private static let waitingLimit = 1024

    let trace: FailureTrace
    private var filter = PingFilter()
    private var context: ChannelHandlerContext?
    private var isOpen = false
    private var held = ByteBuffer()
    /// The data of PINGs that are not answered yet: no answer may be sent before the client's preface, nor while the channel
    /// is not writable.
    private var waiting: [UInt64] = []
    /// Whether the client's preface has been sent.
    private var hasFlushed = false

    init(trace: FailureTrace) { self.trace = trace }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    /// Lets the held bytes through, and all that follow. Call it on the event loop once gRPC's handlers are in place.
    func open() {
        guard !isOpen, let context else { return }
        isOpen = true
        guard held.readableBytes > 0 else { return }
        let bytes = held
        held = ByteBuffer()
        pass(bytes, context: context)
        context.fireChannelReadComplete()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        if isOpen { return pass(bytes, context: context) }
        guard held.readableBytes + bytes.readableBytes <= Self.heldLimit else {
            return fail(Flooded(description: "the server sent too much before it was spoken to"), context: context)
        }
        held.writeBuffer(&bytes)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        trace.record(error)
        context.fireErrorCaught(error)
    }

    func flush(context: ChannelHandlerContext) {
        hasFlushed = true
        answerWaiting(context: context)
        context.flush()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if hasFlushed, !waiting.isEmpty, context.channel.isWritable {
            answerWaiting(context: context)
            context.flush()
        }
        context.fireChannelWritabilityChanged()
    }

    private func pass(_ bytes: ByteBuffer, context: ChannelHandlerContext) {
        let output = filter.filter(bytes)
        if !output.pings.isEmpty {
            waiting += output.pings
            if hasFlushed, context.channel.isWritable {
                answerWaiting(context: context)
                context.flush()
            } else if waiting.count > Self.waitingLimit {
                return fail(Flooded(description: "the server sends more PINGs than can be answered"), context: context)
            }
        }
        if output.passed.readableBytes > 0 { context.fireChannelRead(wrapInboundOut(output.passed)) }
    }

    private func answerWaiting(context: ChannelHandlerContext) {
        guard !waiting.isEmpty else { return }
        var answers = context.channel.allocator.buffer(capacity: waiting.count * 17)
        for data in waiting {
            // The frame's header: length 8, type PING, flag ACK, stream 0.
            answers.writeMultipleIntegers(UInt16(0), UInt8(8), UInt8(6), UInt8(1), UInt32(0), data)
        }
        waiting.removeAll()
        context.write(wrapOutboundOut(answers), promise: nil)
    }

    private func fail(_ error: any Error, context: ChannelHandlerContext) {
        trace.record(error)
        held = ByteBuffer()
        waiting.removeAll()
        context.fireErrorCaught(error)
        context.close(promise: nil)
    }
}
