import NIOCore

/// Removes the PING frames from a stream of HTTP/2 frames and leaves every other byte as it is (RFC 9113, section 4.1).
///
/// It is needed because Teleport's grpc-go sends a PING with each request, and swift-nio-http2 closes a connection that has
/// about 200 of them in 30 s. Acknowledgements pass, because they answer the plugin's own keepalive. A malformed PING passes
/// too, so that the library refuses it.
///
/// Frames are passed on whole, because the library's parser empties its buffer only if a read ends with a frame. Otherwise the
/// buffer grows to megabytes and is allocated again with every read.
struct PingFilter: Sendable {
    private static let headerSize = 9
    private static let pingSize = 17
    /// The largest payload in bytes for which a frame is held back until it is whole: the default of SETTINGS_MAX_FRAME_SIZE. A
    /// longer frame is not allowed by the client and is passed on as it arrives.
    private static let wholeLimit = 1 << 14

    /// The number of bytes of the current frame's payload that have not arrived yet.
    private var payloadLeft = 0
    /// The start of a frame that is not whole yet.
    private var held = ByteBuffer()

    struct Output {
        /// The bytes to pass on; may be empty.
        var passed: ByteBuffer
        /// The opaque data of each PING, in order.
        var pings: [UInt64] = []
    }

    mutating func filter(_ input: ByteBuffer) -> Output {
        var rest = input
        if held.readableBytes > 0 {
            held.writeBuffer(&rest)
            rest = held
            held = ByteBuffer()
        }
        var output = Output(passed: ByteBuffer())
        var run = 0
        while rest.readableBytes > run {
            if payloadLeft > 0 {
                let step = min(payloadLeft, rest.readableBytes - run)
                payloadLeft -= step
                run += step
                continue
            }
            guard let frame = Self.frame(in: rest, at: rest.readerIndex + run) else {
                hold(&rest, after: run, into: &output)
                return output
            }
            switch frame {
            case .other(let length):
                guard length > Self.wholeLimit || rest.readableBytes - run >= Self.headerSize + length else {
                    hold(&rest, after: run, into: &output)
                    return output
                }
                payloadLeft = length
                run += Self.headerSize
            case .ping(let data):
                Self.pass(run, of: &rest, into: &output)
                rest.moveReaderIndex(forwardBy: Self.pingSize)
                output.pings.append(data)
                run = 0
            }
        }
        Self.pass(run, of: &rest, into: &output)
        return output
    }

    private mutating func hold(_ rest: inout ByteBuffer, after run: Int, into output: inout Output) {
        // The bytes are copied, so that a few of them do not keep the buffer of a whole read in memory. If all are held, no
        // copy is needed.
        held = run == 0 && output.pings.isEmpty ? rest : ByteBuffer(bytes: rest.readableBytesView.dropFirst(run))
        Self.pass(run, of: &rest, into: &output)
    }

    private static func pass(_ count: Int, of rest: inout ByteBuffer, into output: inout Output) {
        guard count > 0, var slice = rest.readSlice(length: count) else { return }
        if output.passed.readableBytes == 0 { output.passed = slice } else { output.passed.writeBuffer(&slice) }
    }

    private enum Frame {
        case ping(UInt64)
        case other(length: Int)
    }

    /// Reads the frame that begins at `index`; nil when there are too few bytes to recognize its kind.
    private static func frame(in buffer: ByteBuffer, at index: Int) -> Frame? {
        guard let top = buffer.getInteger(at: index, as: UInt8.self),
            let low = buffer.getInteger(at: index + 1, as: UInt16.self),
            let type = buffer.getInteger(at: index + 3, as: UInt8.self),
            let flags = buffer.getInteger(at: index + 4, as: UInt8.self),
            let stream = buffer.getInteger(at: index + 5, as: UInt32.self)
        else { return nil }
        let length = Int(top) << 16 | Int(low)
        let isPing = type == 6 && flags & 1 == 0 && length == 8 && stream & 0x7fff_ffff == 0
        guard isPing else { return .other(length: length) }
        return buffer.getInteger(at: index + headerSize, as: UInt64.self).map { .ping($0) }
    }
}
