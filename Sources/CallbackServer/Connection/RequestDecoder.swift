import NIOCore
import NIOHTTP1

/// NIO's HTTP parser with limits on the head. It reports bytes before they are parsed, because the time limits of a request begin
/// with its first byte.
struct RequestDecoder: ByteToMessageDecoder {
    typealias InboundOut = HTTPServerRequestPart

    private let parser: HTTPRequestDecoder
    private let bytesArrived: (Int) -> Void

    init(headLimit: Int, bytesArrived: @escaping (Int) -> Void) {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = headLimit
        limits.maxHeaderListSize = headLimit
        limits.maxHeaderFieldCount = 100
        parser = HTTPRequestDecoder(limitConfiguration: limits)
        self.bytesArrived = bytesArrived
    }

    func decode(context: ChannelHandlerContext, buffer: inout ByteBuffer) throws -> DecodingState {
        bytesArrived(buffer.readableBytes)
        return try parser.decode(context: context, buffer: &buffer)
    }

    func decodeLast(context: ChannelHandlerContext, buffer: inout ByteBuffer, seenEOF: Bool) throws -> DecodingState {
        try parser.decodeLast(context: context, buffer: &buffer, seenEOF: seenEOF)
    }

    func decoderAdded(context: ChannelHandlerContext) { parser.decoderAdded(context: context) }

    func decoderRemoved(context: ChannelHandlerContext) { parser.decoderRemoved(context: context) }
}
