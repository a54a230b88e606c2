import NIOCore
import NIOEmbedded
import Testing

@testable import Sandbox

@Suite struct WireHandlerTests {
    private func command(_ command: WireHandler.Command, _ channel: EmbeddedChannel) throws {
        try channel.triggerUserOutboundEvent(command).wait()
    }

    @Test("Frozen, nothing passes either way; thawed, all of it does, in order")
    func freeze() throws {
        let channel = EmbeddedChannel(handler: WireHandler(AuthConnections()))
        try command(.freeze, channel)
        try channel.writeInbound(ByteBuffer(string: "a"))
        try channel.writeInbound(ByteBuffer(string: "b"))
        channel.writeAndFlush(ByteBuffer(string: "c"), promise: nil)
        channel.writeAndFlush(ByteBuffer(string: "d"), promise: nil)
        #expect(try channel.readInbound(as: ByteBuffer.self) == nil)
        #expect(try channel.readOutbound(as: ByteBuffer.self) == nil)
        try command(.thaw, channel)
        #expect(try channel.readInbound(as: ByteBuffer.self) == ByteBuffer(string: "a"))
        #expect(try channel.readInbound(as: ByteBuffer.self) == ByteBuffer(string: "b"))
        #expect(try channel.readOutbound(as: ByteBuffer.self) == ByteBuffer(string: "c"))
        #expect(try channel.readOutbound(as: ByteBuffer.self) == ByteBuffer(string: "d"))
    }

    @Test("Cut while frozen, writes that wait fail instead of hanging")
    func cut() throws {
        let connections = AuthConnections()
        connections.setFrozen(true)
        let channel = EmbeddedChannel(handler: WireHandler(connections))
        let written = channel.writeAndFlush(ByteBuffer(string: "a"))
        try command(.cut, channel)
        #expect(throws: ChannelError.self) { try written.wait() }
        #expect(!channel.isActive)
    }
}
