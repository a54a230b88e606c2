import NIOCore
import NIOEmbedded
import Testing

@testable import Sandbox

@Suite struct BandwidthPingHandlerTests {
    private static let preface = [UInt8]("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    private static func frame(_ type: UInt8, flags: UInt8 = 0, _ payload: [UInt8]) -> [UInt8] {
        [0, UInt8(payload.count >> 8), UInt8(payload.count & 0xff), type, flags, 0, 0, 0, 1] + payload
    }

    private static let settings = frame(4, [])
    private static let headers = frame(1, flags: 4, [0x83])
    private static let data = frame(0, [UInt8](repeating: 7, count: 300))
    private static let emptyData = frame(0, flags: 1, [])
    private static let ping = frame(6, [1, 2, 3, 4, 5, 6, 7, 8])
    private static let foreignAcknowledgement = frame(6, flags: 1, [1, 2, 3, 4, 5, 6, 7, 8])
    private static let ownAcknowledgement = frame(6, flags: 1, BandwidthPingHandler.payload)

    /// Feeds the bytes in slices of this size, and returns the bytes that the handler passes up and down.
    private func run(_ bytes: [UInt8], slice: Int) throws -> (inbound: [UInt8], outbound: [UInt8]) {
        let channel = EmbeddedChannel(handler: BandwidthPingHandler())
        for start in stride(from: 0, to: bytes.count, by: slice) {
            try channel.writeInbound(ByteBuffer(bytes: bytes[start..<min(start + slice, bytes.count)]))
        }
        var (inbound, outbound): ([UInt8], [UInt8]) = ([], [])
        while let buffer = try channel.readInbound(as: ByteBuffer.self) { inbound += buffer.readableBytesView }
        while let buffer = try channel.readOutbound(as: ByteBuffer.self) { outbound += buffer.readableBytesView }
        return (inbound, outbound)
    }

    @Test("Each request's data is answered by one PING, and its acknowledgement is kept back, however the bytes are cut")
    func pings() throws {
        let before = Self.preface + Self.settings + Self.headers + Self.data + Self.emptyData
        let after = Self.ping + Self.foreignAcknowledgement + Self.data
        let ping: [UInt8] = [0, 0, 8, 6, 0, 0, 0, 0, 0] + BandwidthPingHandler.payload
        for slice in 1...(before.count + after.count + Self.ownAcknowledgement.count) {
            let result = try run(before + Self.ownAcknowledgement + after, slice: slice)
            #expect(result.inbound == before + after)
            #expect(result.outbound == ping + ping)
        }
    }
}
