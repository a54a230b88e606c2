import NIOCore

/// The parts of a ClientHello that a proxy or a load balancer reads (RFC 8446, section 4.1.2).
struct ClientHello {
    private(set) var serverName: String?
    /// The ALPN protocols in the order of the client's offer.
    private(set) var protocols: [String] = []

    /// Reads the ClientHello from its record. The result is nil while the record is incomplete.
    init?(_ bytes: ByteBuffer) {
        var record = bytes
        record.moveReaderIndex(forwardBy: min(3, record.readableBytes))
        guard var hello = record.readPart(UInt16.self) else { return nil }
        // Skips the type and length (4 bytes), the version (2) and the random (32). The session id, cipher suites and
        // compression methods follow, each with its length.
        hello.moveReaderIndex(forwardBy: min(4 + 2 + 32, hello.readableBytes))
        _ = hello.readPart(UInt8.self)
        _ = hello.readPart(UInt16.self)
        _ = hello.readPart(UInt8.self)
        guard var extensions = hello.readPart(UInt16.self) else { return }
        while let kind = extensions.readInteger(as: UInt16.self), var body = extensions.readPart(UInt16.self) {
            switch kind {
            case 0: readName(&body)
            case 16: readProtocols(&body)
            default: break
            }
        }
    }

    private mutating func readName(_ body: inout ByteBuffer) {
        guard var list = body.readPart(UInt16.self), list.readInteger(as: UInt8.self) == 0 else { return }
        serverName = list.readPart(UInt16.self).map { String(buffer: $0) }
    }

    private mutating func readProtocols(_ body: inout ByteBuffer) {
        guard var list = body.readPart(UInt16.self) else { return }
        while let name = list.readPart(UInt8.self) { protocols.append(String(buffer: name)) }
    }
}

extension ByteBuffer {
    /// Reads bytes that follow their length.
    fileprivate mutating func readPart<Length: FixedWidthInteger>(_: Length.Type) -> ByteBuffer? {
        readInteger(as: Length.self).flatMap { readSlice(length: Int($0)) }
    }
}
