import NIOCore

/// Sends a PING with the data of each request, as grpc-go does to estimate the bandwidth, and keeps its answer from the HTTP/2
/// code above, which did not ask. Sits between TLS and HTTP/2, and sees frames only by their heads.
final class BandwidthPingHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// The same in grpc-go: `bdpPing` in `internal/transport/bdp_estimator.go`.
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
        // Between two reads the server is never in the middle of writing a frame.
        for _ in 0..<pings { context.write(wrapOutboundOut(Self.ping), promise: nil) }
        if pings > 0 { context.flush() }
        if forward.readableBytes > 0 { context.fireChannelRead(wrapInboundOut(forward)) }
    }

    private enum Kind { case data, ownAcknowledgement, other }

    /// Nil until a whole frame is there.
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
