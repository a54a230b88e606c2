import NIOCore

/// What a proxy or a load balancer reads of a connection's first TLS record (RFC 8446, section 4.1.2).
struct ClientHello {
    private(set) var serverName: String?
    /// In the order in which the client offers them by ALPN.
    private(set) var protocols: [String] = []

    /// Nil while the record is not whole.
    init?(_ bytes: ByteBuffer) {
        var record = bytes
        record.moveReaderIndex(forwardBy: min(3, record.readableBytes))
        guard var hello = record.readPart(UInt16.self) else { return nil }
        // Type and length, version, random; then session, cipher suites and compression, each with its length.
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
    /// Bytes with their length before them.
    fileprivate mutating func readPart<Length: FixedWidthInteger>(_: Length.Type) -> ByteBuffer? {
        readInteger(as: Length.self).flatMap { readSlice(length: Int($0)) }
    }
}
