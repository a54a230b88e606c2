import NIOCore
import NIOWebSocket

/// The client's end of a WebSocket that carries a stream of bytes. It sends masked binary frames, answers pings, and closes the
/// connection when the server asks for it. Frames that are too long never arrive here, because the decoder refuses them.
final class WebSocketTunnel: ChannelDuplexHandler {
    typealias InboundIn = WebSocketFrame
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = WebSocketFrame

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        // A server does not mask its frames (RFC 6455, section 5.1), and no extension was agreed on.
        guard frame.maskKey == nil, !frame.rsv1, !frame.rsv2, !frame.rsv3 else {
            return fail("a web socket frame that no server sends", context)
        }
        switch frame.opcode {
        case .continuation, .text, .binary:
            if frame.data.readableBytes > 0 { context.fireChannelRead(wrapInboundOut(frame.data)) }
        case .ping:
            context.writeAndFlush(wrapOutboundOut(Self.frame(.pong, frame.data)), promise: nil)
        case .pong: break
        case .connectionClose: context.close(promise: nil)
        default: fail("a web socket frame of the kind \(UInt8(webSocketOpcode: frame.opcode))", context)
        }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let payload = unwrapOutboundIn(data)
        guard payload.readableBytes > 0 else {
            promise?.succeed()
            return
        }
        context.write(wrapOutboundOut(Self.frame(.binary, payload)), promise: promise)
    }

    private static func frame(_ opcode: WebSocketOpcode, _ payload: ByteBuffer) -> WebSocketFrame {
        WebSocketFrame(fin: true, opcode: opcode, maskKey: .random(), data: payload)
    }

    private func fail(_ words: String, _ context: ChannelHandlerContext) {
        context.fireErrorCaught(FrameError(description: words))
    }
}
