import NIOCore

/// Stands for the network below TLS: it passes bytes on, or holds them back, or closes the socket. Commands arrive as outbound
/// user events.
final class WireHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    enum Command: Sendable {
        case freeze
        case thaw
        /// Closes the socket without a TLS close_notify.
        case cut
    }

    private let connections: AuthConnections
    private var isFrozen: Bool
    private var inbound: [ByteBuffer] = []
    private var outbound: [(bytes: ByteBuffer, promise: EventLoopPromise<Void>?)] = []
    private var wantsRead = false

    init(_ connections: AuthConnections) {
        self.connections = connections
        isFrozen = connections.isFrozen
    }

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        guard let command = event as? Command else {
            return context.triggerUserOutboundEvent(event, promise: promise)
        }
        switch command {
        case .freeze: isFrozen = true
        case .thaw: thaw(context)
        case .cut: context.close(promise: nil)
        }
        promise?.succeed()
    }

    func read(context: ChannelHandlerContext) {
        if isFrozen { wantsRead = true } else { context.read() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !connections.isShut else { return }
        if isFrozen { inbound.append(unwrapInboundIn(data)) } else { context.fireChannelRead(data) }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if !isFrozen { context.fireChannelReadComplete() }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if isFrozen { outbound.append((unwrapOutboundIn(data), promise)) } else { context.write(data, promise: promise) }
    }

    func flush(context: ChannelHandlerContext) {
        if !isFrozen { context.flush() }
    }

    func channelInactive(context: ChannelHandlerContext) {
        failPending()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { failPending() }

    private func thaw(_ context: ChannelHandlerContext) {
        guard isFrozen else { return }
        isFrozen = false
        let (received, written) = (inbound, outbound)
        (inbound, outbound) = ([], [])
        for (bytes, promise) in written { context.write(wrapOutboundOut(bytes), promise: promise) }
        context.flush()
        for bytes in received { context.fireChannelRead(wrapInboundOut(bytes)) }
        context.fireChannelReadComplete()
        if wantsRead {
            wantsRead = false
            context.read()
        }
    }

    private func failPending() {
        let pending = outbound
        outbound = []
        for (_, promise) in pending { promise?.fail(ChannelError.ioOnClosedChannel) }
    }
}
