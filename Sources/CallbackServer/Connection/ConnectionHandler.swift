import Access
import NIOCore
import NIOHTTP1
import NIOTLS

/// Serves one client. It passes the events of the client's channel to a ``ConnectionState``, and performs the actions that the
/// state returns. Every reply is written as one buffer.
///
/// The handler owns everything that belongs to the channel (the context, the addresses, the promises); every decision is made
/// in the state.
final class ConnectionHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    let listener: Listener
    var state: ConnectionState
    private(set) var context: ChannelHandlerContext?
    /// The number under which the connection table knows this connection; 0 before it has one.
    private(set) var number = 0
    /// The other end of the TCP connection.
    private(set) var peer: IPAddress?
    /// The address from which the current request comes: the peer, or the client for which a trusted proxy asks.
    var origin: IPAddress?

    /// Whether the TLS handshake is complete.
    private var isSecure = false

    init(listener: Listener) {
        self.listener = listener
        state = ConnectionState(limits: listener.limits, at: listener.now)
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { leave() }

    func channelActive(context: ChannelHandlerContext) {
        peer = context.channel.remoteAddress?.ipAddress.flatMap { IPAddress($0) }
        origin = peer
        guard let number = listener.table.admit(self) else { return context.close(promise: nil) }
        self.number = number
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        leave()
        context.fireChannelInactive()
    }

    func read(context: ChannelHandlerContext) {
        if state.readRequested(isWritable: context.channel.isWritable) { context.read() }
    }

    /// Called by the decoder with the number of bytes that arrived, before it parses them.
    func bytesArrived(_ count: Int) {
        if state.received(bytes: count, at: listener.now) == .closeNow { closeNow() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !state.isClosing else { return }
        let part = Self.unwrapInboundIn(data)
        if !context.channel.isWritable { context.flush() }
        switch state.received(part, isWritable: context.channel.isWritable) {
        case .handle: handle(part)
        case .wait: break
        case .closeNow: closeNow()
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        state.readCompleted()
        stateChanged()
        context.flush()
        context.fireChannelReadComplete()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        let isWritable = context.channel.isWritable
        state.writabilityChanged(to: isWritable, at: listener.now)
        stateChanged()
        if isWritable { resume() }
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .some(.inputClosed) = event as? ChannelEvent {
            state.inputEnded()
            resume()
        }
        if case .some(.handshakeCompleted) = event as? TLSUserEvent { handshakeCompleted() }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch state.failed(InputFailure(error), at: listener.now) {
        case .proceed: break
        case .closeNow: closeNow()
        case .refuse(let reply): refuse(reply)
        }
    }

    /// Handles the parts that had to wait, and continues to read, as far as the state allows now.
    func resume() {
        while let part = state.nextPart(isWritable: isWritable) { handle(part) }
        context?.flush()
        if state.isDone { closeAfterWrites() }
        if state.releaseRead(isWritable: isWritable) { context?.read() }
        stateChanged()
    }

    /// Tells the table when the next time limit of this connection passes. It is called after every event that may have brought
    /// a limit nearer.
    func stateChanged() {
        if context != nil, number != 0 { listener.table.isDue(at: state.due) }
    }

    private var isWritable: Bool { context?.channel.isWritable ?? true }

    private func handshakeCompleted() {
        isSecure = true
        listener.observe(.handshake(isComplete: true))
    }

    private func leave() {
        if context != nil, listener.tls != nil, !isSecure { listener.observe(.handshake(isComplete: false)) }
        listener.table.remove(number)
        context = nil
        state.close()
    }
}
