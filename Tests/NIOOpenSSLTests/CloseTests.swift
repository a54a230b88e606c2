import ActionCrypto
import NIOCore
import NIOEmbedded
import TestSupport
import Testing

@testable import NIOOpenSSL

@Suite("How a connection ends") struct CloseTests {
    @Test("A close sends close_notify, half-closes, and waits for the peer, at most a second")
    func linger() throws {
        let pair = try Pair.connected()
        defer { pair.end() }
        let closed = pair.client.channel.close()
        #expect(try !pair.client.output().isEmpty, "close_notify")
        #expect(pair.client.wire.halfCloses == 1)
        pair.client.loop.advanceTime(by: .milliseconds(999))
        #expect(pair.client.wire.closes == 0)
        pair.client.loop.advanceTime(by: .milliseconds(1))
        #expect(pair.client.wire.closes == 1)
        try closed.wait()
    }

    @Test("At most 256 KiB of a peer that goes on sending are discarded before the channel closes")
    func flood() throws {
        let pair = try Pair.connected()
        defer { pair.end() }
        let closed = pair.client.channel.close()
        pair.client.receive([UInt8](repeating: 0, count: 256 * 1024))
        #expect(pair.client.wire.closes == 0)
        pair.client.receive([0])
        #expect(pair.client.wire.closes == 1)
        try closed.wait()
    }

    @Test("The peer's end ends the wait")
    func peerEnds() throws {
        let pair = try Pair.connected()
        defer { pair.end() }
        let closed = pair.client.channel.close()
        pair.client.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(pair.client.wire.closes == 1)
        try closed.wait()
    }

    @Test("Closing twice waits for the same end")
    func twice() throws {
        let pair = try Pair.connected()
        defer { pair.end() }
        let (first, second) = (pair.client.channel.close(), pair.client.channel.close())
        pair.client.loop.advanceTime(by: .seconds(1))
        try first.wait()
        try second.wait()
        #expect(pair.client.wire.closes == 1)
    }

    @Test("With half-closure allowed, a close_notify ends the input once, after the bytes before it, and writes still work")
    func closeNotify() throws {
        let pair = try Pair.connected()
        defer { pair.end() }
        pair.server.channel.allowRemoteHalfClosure = true
        try pair.client.send([1, 2]).wait()
        pair.client.channel.close(mode: .output, promise: nil)
        try pair.carry()
        #expect(pair.server.app.ends == 0, "held with the bytes")
        pair.server.channel.read()
        #expect(pair.server.app.bytes == [1, 2])
        #expect(pair.server.app.ends == 1)
        pair.server.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(pair.server.app.ends == 1, "the FIN after it says nothing new")
        try pair.server.send([3]).wait()
        pair.client.channel.read()
        try pair.carry()
        #expect(pair.client.app.bytes == [3])
    }

    @Test("A bare FIN is the end of input too")
    func fin() throws {
        let pair = try Pair.connected()
        defer { pair.end() }
        pair.server.channel.allowRemoteHalfClosure = true
        pair.server.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(pair.server.app.ends == 1)
        try pair.server.send([3]).wait()
        #expect(pair.server.wire.closes == 0)
    }

    @Test("Without half-closure allowed, a close_notify closes at once")
    func closeNotifyCloses() throws {
        let pair = try Pair.connected()
        defer { pair.end() }
        pair.client.channel.close(mode: .output, promise: nil)
        try pair.carry()
        #expect(pair.server.wire.closes == 1)
    }

    @Test("A FIN during the handshake fails it")
    func finInHandshake() throws {
        let server = try Side.server()
        defer { server.end() }
        try server.activate()
        server.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(server.error?.code == .closed)
    }

    @Test("Writes after a close fail, and so do those that were not flushed")
    func writes() throws {
        let pair = try Pair.connected()
        defer { pair.end() }
        let unflushed = pair.client.send([1], flush: false)
        pair.client.channel.close(promise: nil)
        let late = pair.client.send([2])
        #expect(throws: ChannelError.self) { try unflushed.wait() }
        #expect(throws: ChannelError.self) { try late.wait() }
    }

    @Test("Bytes that are held when the channel becomes inactive are delivered before its end")
    func heldAtEnd() throws {
        let pair = try Pair.connected()
        defer { pair.end() }
        try pair.server.send([1, 2]).wait()
        try pair.carry()
        pair.client.channel.pipeline.fireChannelInactive()
        #expect(pair.client.app.bytes == [1, 2])
    }

    @Test("A damaged record after the handshake is an error that is kept and fired, and the peer gets an alert")
    func damaged() throws {
        let pair = try Pair.connected()
        defer { pair.end() }
        try pair.server.send([1, 2, 3]).wait()
        var record = try pair.server.output()
        record[record.count - 1] ^= 1
        pair.client.channel.read()
        pair.client.receive(record)
        #expect(pair.client.app.bytes.isEmpty)
        #expect(pair.client.tls.failure.error?.description.contains("bad record mac") == true)
        #expect(try pair.client.output().count > 0)
        #expect(pair.client.wire.halfCloses == 1)
    }
}
