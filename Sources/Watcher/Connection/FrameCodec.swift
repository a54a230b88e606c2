import NIOCore

/// How the inner bytes stand on the upgraded connection.
protocol FrameCodec: AnyObject {
    func encode(_ payload: ByteBuffer) -> ByteBuffer
    func decode(_ bytes: ByteBuffer) throws -> FrameOutput
}

struct FrameOutput {
    var payload = ByteBuffer()
    /// To be sent back: answers to pings.
    var answers = ByteBuffer()
    /// The peer said farewell.
    var isEnd = false
}

struct FrameError: Error, CustomStringConvertible {
    var description: String
}

/// A longer frame than any Teleport's; Go copies at most 32 KiB at a time.
private let frameLimit = 4 << 20

/// `alpn`: no frames.
final class BareCodec: FrameCodec {
    func encode(_ payload: ByteBuffer) -> ByteBuffer { payload }
    func decode(_ bytes: ByteBuffer) -> FrameOutput { FrameOutput(payload: bytes) }
}

/// `alpn-ping`: a length, big-endian in four bytes, and that many bytes; an empty one is a ping, to be dropped.
final class PingFrameCodec: FrameCodec {
    private var rest = ByteBuffer()

    func encode(_ payload: ByteBuffer) -> ByteBuffer {
        // An empty one would be a ping.
        guard payload.readableBytes > 0 else { return payload }
        var frame = ByteBufferAllocator().buffer(capacity: payload.readableBytes + 4)
        frame.writeInteger(UInt32(payload.readableBytes))
        frame.writeImmutableBuffer(payload)
        return frame
    }

    func decode(_ bytes: ByteBuffer) throws -> FrameOutput {
        rest.writeImmutableBuffer(bytes)
        var output = FrameOutput()
        while let length = rest.getInteger(at: rest.readerIndex, as: UInt32.self) {
            guard length <= frameLimit else { throw FrameError(description: "a frame of \(length) bytes") }
            guard rest.readableBytes >= 4 + Int(length) else { break }
            rest.moveReaderIndex(forwardBy: 4)
            if var payload = rest.readSlice(length: Int(length)) { output.payload.writeBuffer(&payload) }
        }
        rest.discardReadBytes()
        return output
    }
}

/// The client's side of a web socket (RFC 6455): masked binary frames, pings answered.
final class WebSocketCodec: FrameCodec {
    private enum Code {
        static let continuation: UInt8 = 0
        static let text: UInt8 = 1
        static let binary: UInt8 = 2
        static let close: UInt8 = 8
        static let ping: UInt8 = 9
        static let pong: UInt8 = 10
    }

    private var rest = ByteBuffer()

    func encode(_ payload: ByteBuffer) -> ByteBuffer {
        payload.readableBytes > 0 ? Self.frame(Code.binary, payload) : payload
    }

    func decode(_ bytes: ByteBuffer) throws -> FrameOutput {
        rest.writeImmutableBuffer(bytes)
        var output = FrameOutput()
        while !output.isEnd, let (code, payload) = try take() {
            switch code {
            case Code.continuation, Code.text, Code.binary: output.payload.writeImmutableBuffer(payload)
            case Code.ping: output.answers.writeImmutableBuffer(Self.frame(Code.pong, payload))
            case Code.pong: break
            case Code.close: output.isEnd = true
            default: throw FrameError(description: "a web socket frame of the kind \(code)")
            }
        }
        rest.discardReadBytes()
        return output
    }

    private func take() throws -> (code: UInt8, payload: ByteBuffer)? {
        var view = rest
        guard let first = view.readInteger(as: UInt8.self), let second = view.readInteger(as: UInt8.self) else { return nil }
        guard first & 0x70 == 0, second & 0x80 == 0 else {
            throw FrameError(description: "a web socket frame that no server sends")
        }
        var length = UInt64(second)
        if second == 126 {
            guard let wide = view.readInteger(as: UInt16.self) else { return nil }
            length = UInt64(wide)
        } else if second == 127 {
            guard let wide = view.readInteger(as: UInt64.self) else { return nil }
            length = wide
        }
        guard length <= frameLimit else { throw FrameError(description: "a web socket frame of \(length) bytes") }
        guard let payload = view.readSlice(length: Int(length)) else { return nil }
        rest = view
        return (first & 0x0f, payload)
    }

    private static func frame(_ code: UInt8, _ payload: ByteBuffer) -> ByteBuffer {
        let count = payload.readableBytes
        var frame = ByteBufferAllocator().buffer(capacity: count + 14)
        frame.writeInteger(0x80 | code)
        switch count {
        case ..<126: frame.writeInteger(0x80 | UInt8(count))
        case ..<65536: frame.writeMultipleIntegers(UInt8(0x80 | 126), UInt16(count))
        default: frame.writeMultipleIntegers(UInt8(0x80 | 127), UInt64(count))
        }
        let mask = withUnsafeBytes(of: UInt32.random(in: .min ... .max)) { [UInt8]($0) }
        frame.writeBytes(mask)
        frame.writeBytes(payload.readableBytesView.enumerated().lazy.map { $0.element ^ mask[$0.offset & 3] })
        return frame
    }
}
