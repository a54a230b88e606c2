import NIOCore

/// Sends a PING for each request's data, as grpc-go does to estimate the bandwidth. The handler is between TLS and HTTP/2, and
/// reads only frame headers. It removes the answers, because the HTTP/2 handler above did not send the PING.
final class BandwidthPingHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// The payload that grpc-go uses: `bdpPing` in its `internal/transport/bdp_estimator.go`.
    static let payload: [UInt8] = [2, 4, 16, 16, 9, 14, 7, 7]

    private static let prefaceLength = 24
    private static let headLength = 9

    private var pending = ByteBuffer()
    private var passed = 0

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        pending.writeBuffer(&bytes)
        var forward = ByteBuffer()
        var pings = 0
        let missing = min(Self.prefaceLength - passed, pending.readableBytes)
        if missing > 0, let preface = pending.readSlice(length: missing) {
            passed += missing
            forward.writeImmutableBuffer(preface)
        }
        while passed == Self.prefaceLength, let frame = nextFrame() {
            switch frame.kind {
            case .data: pings += 1
            case .ownAcknowledgement: continue
            case .other: break
            }
            forward.writeImmutableBuffer(frame.bytes)
        }
        pending.discardReadBytes()
        // Between two reads the server is never in the middle of a frame that it writes, so a PING can be inserted here.
        for _ in 0..<pings { context.write(wrapOutboundOut(Self.ping), promise: nil) }
        if pings > 0 { context.flush() }
        if forward.readableBytes > 0 { context.fireChannelRead(wrapInboundOut(forward)) }
    }

    private enum Kind { case data, ownAcknowledgement, other }

    /// Returns the next complete frame; nil until all of its bytes have arrived.
    private func nextFrame() -> (kind: Kind, bytes: ByteBuffer)? {
        let start = pending.readerIndex
        guard
            let high: UInt8 = pending.getInteger(at: start), let low: UInt16 = pending.getInteger(at: start + 1),
            let type: UInt8 = pending.getInteger(at: start + 3), let flags: UInt8 = pending.getInteger(at: start + 4),
            let bytes = pending.readSlice(length: Self.headLength + Int(high) << 16 + Int(low))
        else { return nil }
        switch type {
        case 0x0 where bytes.readableBytes > Self.headLength: return (.data, bytes)
        case 0x6 where flags & 1 == 1 && bytes.readableBytesView.suffix(8).elementsEqual(Self.payload):
            return (.ownAcknowledgement, bytes)
        default: return (.other, bytes)
        }
    }

    private static let ping = ByteBuffer(bytes: [0, 0, 8, 6, 0, 0, 0, 0, 0] + payload)
}
