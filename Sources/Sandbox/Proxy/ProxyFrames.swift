import NIOCore

/// The framing on an upgraded connection, on the server's side.
struct ProxyFrames {
    private let kind: String
    private var rest = ByteBuffer()

    init(_ kind: String) { self.kind = kind }

    /// A frame that keeps a load balancer from closing the connection.
    var ping: ByteBuffer {
        switch kind {
        case "websocket": ByteBuffer(bytes: [0x89, 2] + Array("hi".utf8))
        case "alpn-ping": ByteBuffer(bytes: [0, 0, 0, 0])
        default: ByteBuffer()
        }
    }

    func encode(_ payload: ByteBuffer) -> ByteBuffer {
        var frame = ByteBuffer()
        switch kind {
        case "websocket":
            frame.writeMultipleIntegers(UInt8(0x82), UInt8(127), UInt64(payload.readableBytes))
        case "alpn-ping": frame.writeInteger(UInt32(payload.readableBytes))
        default: break
        }
        frame.writeImmutableBuffer(payload)
        return frame
    }

    mutating func decode(_ bytes: ByteBuffer) -> (payload: ByteBuffer, pongs: Int) {
        rest.writeImmutableBuffer(bytes)
        var payload = ByteBuffer()
        var pongs = 0
        while let (code, taken) = kind == "websocket" ? webSocketFrame() : plainFrame() {
            if code == 10 { pongs += 1 } else { payload.writeImmutableBuffer(taken) }
        }
        return (payload, pongs)
    }

    private mutating func plainFrame() -> (code: UInt8, payload: ByteBuffer)? {
        guard kind == "alpn-ping" else {
            defer { rest = ByteBuffer() }
            return rest.readableBytes > 0 ? (2, rest) : nil
        }
        guard let length = rest.getInteger(at: rest.readerIndex, as: UInt32.self), rest.readableBytes >= 4 + Int(length)
        else { return nil }
        rest.moveReaderIndex(forwardBy: 4)
        return rest.readSlice(length: Int(length)).map { (2, $0) }
    }

    private mutating func webSocketFrame() -> (code: UInt8, payload: ByteBuffer)? {
        var view = rest
        guard let first = view.readInteger(as: UInt8.self), let second = view.readInteger(as: UInt8.self) else { return nil }
        var length = Int(second & 0x7f)
        if length == 126 {
            guard let wide = view.readInteger(as: UInt16.self) else { return nil }
            length = Int(wide)
        } else if length == 127 {
            guard let wide = view.readInteger(as: UInt64.self) else { return nil }
            length = Int(clamping: wide)
        }
        guard second & 0x80 != 0, let mask = view.readBytes(length: 4), let masked = view.readBytes(length: length) else {
            return nil
        }
        rest = view
        return (first & 0x0f, ByteBuffer(bytes: masked.enumerated().map { $0.element ^ mask[$0.offset & 3] }))
    }
}
