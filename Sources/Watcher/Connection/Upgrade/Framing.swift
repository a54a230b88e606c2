import NIOCore
import NIOWebSocket

/// The ways to carry the bytes of the inner TLS connection on an upgraded connection.
enum Framing: Equatable, Sendable {
    /// `websocket`: binary frames (RFC 6455).
    case webSocket
    /// `alpn-ping`: Teleport's own frames, see ``PingFrameDecoder``.
    case pingFrames
    /// `alpn`: the bytes without any framing.
    case bare

    /// The largest payload of one frame in bytes. Teleport writes at most 32 KiB at once (Go's `io.Copy`).
    static let frameLimit = 4 << 20

    /// The channel handlers between the upgraded connection and the inner TLS, from the outermost to the innermost.
    var handlers: [any ChannelHandler] {
        switch self {
        case .webSocket:
            [
                ByteToMessageHandler(WebSocketFrameDecoder(maxFrameSize: Self.frameLimit)), WebSocketFrameEncoder(),
                WebSocketTunnel(), FrameErrorHandler(),
            ]
        case .pingFrames:
            [ByteToMessageHandler(PingFrameDecoder()), MessageToByteHandler(PingFrameEncoder()), FrameErrorHandler()]
        case .bare: []
        }
    }
}

/// The error for bytes of a server that are no frame of the agreed kind.
struct FrameError: Error, CustomStringConvertible {
    var description: String
}

/// Closes the connection after an error of framing, because no later byte can be understood.
final class FrameErrorHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.fireErrorCaught(Self.described(error))
        context.close(promise: nil)
    }

    private static func described(_ error: any Error) -> any Error {
        switch error as? NIOWebSocketError {
        case .invalidFrameLength: FrameError(description: "a web socket frame of more than \(Framing.frameLimit) bytes")
        case .fragmentedControlFrame, .multiByteControlFrameLength:
            FrameError(description: "a web socket frame that no server sends")
        case nil: error
        }
    }
}

/// Decodes `alpn-ping` frames. A frame is a length, big-endian in four bytes, and that many bytes of payload. An empty frame is
/// a ping that keeps load balancers from closing the connection; it is dropped.
struct PingFrameDecoder: ByteToMessageDecoder {
    typealias InboundOut = ByteBuffer

    mutating func decode(context: ChannelHandlerContext, buffer: inout ByteBuffer) throws -> DecodingState {
        guard let length = buffer.getInteger(at: buffer.readerIndex, as: UInt32.self) else { return .needMoreData }
        guard length <= Framing.frameLimit else { throw FrameError(description: "a frame of \(length) bytes") }
        guard buffer.readableBytes >= 4 + Int(length) else { return .needMoreData }
        buffer.moveReaderIndex(forwardBy: 4)
        if length > 0, let payload = buffer.readSlice(length: Int(length)) {
            context.fireChannelRead(Self.wrapInboundOut(payload))
        }
        return .continue
    }
}

/// Encodes `alpn-ping` frames. Nothing is sent for an empty payload, because an empty frame would be a ping.
struct PingFrameEncoder: MessageToByteEncoder {
    typealias OutboundIn = ByteBuffer

    func encode(data: ByteBuffer, out: inout ByteBuffer) {
        guard data.readableBytes > 0 else { return }
        out.writeInteger(UInt32(data.readableBytes))
        out.writeImmutableBuffer(data)
    }
}
