import NIOCore

/// A channel handler between TLS and gRPC. It answers the server's PINGs and hides them from the HTTP/2 library (see
/// ``PingFilter``), records the first error, and holds back the server's bytes until gRPC's handlers have been added after the
/// handshake.
///
/// ```
/// holding (bytes are kept, at most heldLimit) ── open() ──▶ open (bytes pass the filter)
/// ```
final class PingHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// The error for a server that sends more than the handler keeps.
    struct Flooded: Error, CustomStringConvertible {
        let description: String
    }

    /// The largest number of bytes that are held. An auth service sends its settings and then waits for the client, so a server
    /// that sends more is none.
    private static let heldLimit = 256 * 1024
    /// The largest number of answers that wait until the server reads. Usually there are at most a few.
    private static let waitingLimit = 1024

    let trace: FailureTrace
    private var filter = PingFilter()
    private var context: ChannelHandlerContext?
    private var isOpen = false
    private var held = ByteBuffer()
    /// The data of PINGs that have not been answered yet. No answer may be sent before the client's preface, or while the
    /// channel is not writable.
    private var waiting: [UInt64] = []
    /// Whether the client's preface has been sent.
    private var hasFlushed = false

    init(trace: FailureTrace) { self.trace = trace }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    /// Passes on the held bytes and all that follow. It must be called on the event loop once gRPC's handlers are in place.
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
