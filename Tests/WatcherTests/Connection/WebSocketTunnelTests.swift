import NIOCore
import NIOEmbedded
import NIOWebSocket
import Testing

@testable import Watcher

@Suite("The frames on an upgraded connection")
struct WebSocketTunnelTests {
    private func channel(_ framing: Framing) throws -> EmbeddedChannel {
        let channel = EmbeddedChannel()
        try channel.pipeline.syncOperations.addHandlers(framing.handlers)
        try channel.connect(to: .init(ipAddress: "127.0.0.1", port: 1)).wait()
        return channel
    }

    /// Returns the bytes that the tunnel delivered, as text.
    private func received(_ channel: EmbeddedChannel) throws -> String {
        var text = ""
        while let bytes = try channel.readInbound(as: ByteBuffer.self) { text += String(buffer: bytes) }
        return text
    }

    /// Returns the bytes that the tunnel sent.
    private func sent(_ channel: EmbeddedChannel) throws -> [UInt8] {
        var bytes: [UInt8] = []
        while let part = try channel.readOutbound(as: ByteBuffer.self) { bytes += part.readableBytesView }
        return bytes
    }

    /// Returns a frame as a server sends it: not masked, and with a length of seven bits.
    private func frame(_ first: UInt8, _ payload: String) -> [UInt8] {
        [first, UInt8(payload.utf8.count)] + Array(payload.utf8)
    }

    @Test("Binary, text and continued frames are one stream, however they are cut", arguments: [1, 2, 3, 1000])
    func stream(size: Int) throws {
        let channel = try channel(.webSocket)
        var rest = (frame(0x02, "he") + frame(0x80, "llo") + frame(0x82, "") + frame(0x81, " you") + frame(0x8a, "pong"))[...]
        while !rest.isEmpty {
            try channel.writeInbound(ByteBuffer(bytes: rest.prefix(size)))
            rest = rest.dropFirst(size)
        }
        #expect(try received(channel) == "hello you")
        #expect(try sent(channel).isEmpty)
    }

    @Test("What is sent is masked, in frames of each length's form", arguments: [1, 125, 126, 65535, 65536])
    func masked(count: Int) throws {
        let channel = try channel(.webSocket)
        let payload = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
        try channel.writeOutbound(ByteBuffer(bytes: payload))
        let bytes = try sent(channel)
        let length: [UInt8] =
            switch count {
            case ..<126: [0x80 | UInt8(count)]
            case ..<65536: [0xfe, UInt8(count >> 8), UInt8(count & 255)]
            default: [0xff, 0, 0, 0, 0, 0, UInt8(count >> 16), UInt8(count >> 8 & 255), UInt8(count & 255)]
            }
        #expect(Array(bytes.prefix(1 + length.count)) == [0x82] + length)
        let mask = Array(bytes.dropFirst(1 + length.count).prefix(4))
        let body = bytes.dropFirst(5 + length.count)
        #expect(body.enumerated().map { $0.element ^ mask[$0.offset & 3] } == payload)
    }

    @Test("A ping is answered with its own data, and no bytes make no frame")
    func ping() throws {
        let channel = try channel(.webSocket)
        try channel.writeInbound(ByteBuffer(bytes: frame(0x89, "hi")))
        let pong = try sent(channel)
        #expect(pong.prefix(2) == [0x8a, 0x82])
        let mask = pong.dropFirst(2).prefix(4).map { $0 }
        #expect(pong.dropFirst(6).enumerated().map { $0.element ^ mask[$0.offset & 3] } == Array("hi".utf8))
        try channel.writeOutbound(ByteBuffer())
        #expect(try sent(channel).isEmpty)
    }

    @Test("The server's farewell ends the connection")
    func farewell() throws {
        let channel = try channel(.webSocket)
        try channel.writeInbound(ByteBuffer(bytes: frame(0x88, "")))
        #expect(!channel.isActive)
    }

    @Test(
        "A frame that no server sends ends the connection with an error, and nothing of it is delivered",
        arguments: [
            ([0x82, 0x81, 1, 2, 3, 4, 5], "a web socket frame that no server sends"),
            ([0xc2, 1, 0x41], "a web socket frame that no server sends"),
            ([0x89, 126, 1, 0], "a web socket frame that no server sends"),
            ([0x83, 1, 0x41], "a web socket frame of the kind 3"),
            ([0x82, 127, 0, 0, 0, 0, 0, 0x40, 0, 1], "a web socket frame of more than 4194304 bytes"),
            ([0x82, 127, 255, 255, 255, 255, 255, 255, 255, 255], "a web socket frame of more than 4194304 bytes"),
        ] as [([UInt8], String)])
    func refused(_ bytes: [UInt8], _ words: String) throws {
        let channel = try channel(.webSocket)
        let error = #expect(throws: FrameError.self) { try channel.writeInbound(ByteBuffer(bytes: bytes)) }
        #expect(error?.description == words)
        #expect(!channel.isActive)
        #expect(try received(channel).isEmpty)
    }

    @Test("Teleport's own frames are one stream without the pings, however they are cut", arguments: [1, 3, 1000])
    func pingFrames(size: Int) throws {
        let channel = try channel(.pingFrames)
        var rest = ([0, 0, 0, 2] + Array("he".utf8) + [0, 0, 0, 0, 0, 0, 0, 3] + Array("llo".utf8))[...]
        while !rest.isEmpty {
            try channel.writeInbound(ByteBuffer(bytes: rest.prefix(size)))
            rest = rest.dropFirst(size)
        }
        #expect(try received(channel) == "hello")
        for text in ["", "hi"] { try channel.writeOutbound(ByteBuffer(string: text)) }
        #expect(try sent(channel) == [0, 0, 0, 2] + Array("hi".utf8))
    }

    @Test("A frame of Teleport's that is too long ends the connection before it is awaited")
    func longPingFrame() throws {
        let channel = try channel(.pingFrames)
        let error = #expect(throws: FrameError.self) { try channel.writeInbound(ByteBuffer(bytes: [0, 0x40, 0, 1])) }
        #expect(error?.description == "a frame of 4194305 bytes")
        #expect(!channel.isActive)
    }
}
