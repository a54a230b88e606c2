import NIOCore
import NIOHTTP1

/// One client: takes its requests one at a time, in order, and writes one buffer for each.
///
/// While a decision is awaited, or the client does not read its replies, nothing more is read from it.
final class ConnectionHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    enum Phase {
        /// Nothing of a request has come yet.
        case idle
        case head
        case body(Exchange)
        case deciding(Exchange)
        /// There will be no further reply; what still comes is counted and thrown away.
        case closing
    }

    let listener: Listener
    var phase = Phase.idle
    var context: ChannelHandlerContext?
    var number = 0
    /// How many requests began; names the one that a reply is for.
    var requests = 0
    /// When the phase runs out of time.
    var deadline = NIODeadline.distantFuture
    var requestDeadline = NIODeadline.distantFuture
    /// When replies that the client does not read cost it the connection.
    var stallDeadline = NIODeadline.distantFuture
    var quietSince = NIODeadline.now()
    var body: ByteBuffer?
    /// Of the request's body, or once closing of anything.
    var received = 0
    /// Came while an earlier reply was due.
    var waiting = CircularBuffer<HTTPServerRequestPart>()
    var closesAfterReply = false
    var inputEnded = false
    private var holdsRead = false
    /// The other end of the connection.
    private(set) var peer: IPAddress?
    /// Whom the present request is from: the peer, or who stands behind a trusted proxy.
    var origin: IPAddress?
    /// A proxy passed the present request on.
    var isForwarded = false
    /// Requests of this turn of the event loop.
    private var turn = 0
    /// It had its turn, and others have theirs.
    private var waitsForTurn = false
    /// A signed click came from here.
    var hasClicked = false
    /// The reply of a decision has not left yet.
    var owesReply = false
    /// It is being closed, and the table knows.
    var givesWay = false

    init(listener: Listener) { self.listener = listener }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { leave() }

    func channelActive(context: ChannelHandlerContext) {
        peer = context.channel.remoteAddress?.ipAddress.flatMap { IPAddress($0) }
        origin = peer
        guard let number = listener.table.admit(self) else { return context.close(promise: nil) }
        self.number = number
        deadline = quietSince + TimeAmount(listener.limits.head)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        leave()
        context.fireChannelInactive()
    }

    func read(context: ChannelHandlerContext) {
        if isBlocked { holdsRead = true } else { context.read() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .closing = phase { return }
        let part = Self.unwrapInboundIn(data)
        if !context.channel.isWritable { context.flush() }
        guard isBlocked || !waiting.isEmpty else { return handle(part) }
        guard waiting.count < (waitsForTurn ? listener.limits.readParts : listener.limits.pipelinedParts) else {
            return tooFarAhead()
        }
        waiting.append(part)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if !waitsForTurn { turn = 0 }
        context.flush()
        context.fireChannelReadComplete()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        let isWritable = context.channel.isWritable
        stallDeadline = isWritable ? .distantFuture : .now() + TimeAmount(listener.limits.request)
        if isWritable { resume() }
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .some(.inputClosed) = event as? ChannelEvent {
            inputEnded = true
            resume()
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch (phase, error) {
        case (.closing, ByteToMessageDecoderError.dataReceivedInErrorState(_, let buffer)): bytesArrived(buffer.readableBytes)
        case (.closing, is HTTPParserError): break
        case (.deciding, is HTTPParserError), (.deciding, is ByteToMessageDecoderError.PayloadTooLargeError): tooFarAhead()
        case (_, HTTPParserError.invalidEOFState): closeNow()
        case (_, HTTPParserError.headerOverflow), (_, is ByteToMessageDecoderError.PayloadTooLargeError): refuse(.headTooLarge)
        case (_, is HTTPParserError): refuse(.malformed)
        default: closeNow()
        }
    }

    /// Goes on with what had to wait.
    func resume() {
        while !isBlocked, let part = waiting.popFirst() { handle(part) }
        context?.flush()
        if inputEnded, !isDeciding, waiting.isEmpty { closeAfterWrites() }
        if holdsRead, !isBlocked {
            holdsRead = false
            context?.read()
        }
    }

    private var isBlocked: Bool {
        switch phase {
        case .deciding: true
        case .closing: false
        default: waitsForTurn || context?.channel.isWritable == false
        }
    }

    /// A client that sends its requests one behind the other, hundreds in one read, holds up nobody else.
    func countTurn() {
        turn += 1
        guard turn >= (hasClicked ? listener.limits.turn.clicker : listener.limits.turn.stranger), !waitsForTurn else { return }
        waitsForTurn = true
        context?.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(listener.limits.pause)) { [weak self] in
            self?.takeTurn()
        }
    }

    private func takeTurn() {
        (turn, waitsForTurn) = (0, false)
        resume()
    }

    private var isDeciding: Bool {
        if case .deciding = phase { true } else { false }
    }

    /// The client sent more ahead than is kept for it. None of that is answered: HTTP lets it ask again.
    private func tooFarAhead() {
        waiting.removeAll()
        if isDeciding { closesAfterReply = true } else { closeNow() }
    }

    private func leave() {
        listener.table.remove(number)
        context = nil
        waiting.removeAll()
    }
}
