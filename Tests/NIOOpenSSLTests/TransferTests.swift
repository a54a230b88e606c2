import ActionCrypto
import NIOCore
import NIOEmbedded
import TestSupport
import Testing

@testable import NIOOpenSSL

@Suite("Bytes through TLS") struct TransferTests {
    @Test("3 MB written before the handshake arrive after it, whole and in order")
    func early() throws {
        let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
        let pair = try Pair(client: .client(), server: .server())
        defer { pair.end() }
        let written = pair.client.send(bytes)
        pair.server.channel.read()
        try pair.carry()
        #expect(pair.server.app.bytes == bytes)
        try written.wait()
    }

    @Test("No buffer on the wire is longer than 256 KiB")
    func chunks() throws {
        let pair = try Pair.connected()
        defer { pair.end() }
        let written = pair.server.send([UInt8](repeating: 7, count: 8_000_000))
        pair.client.channel.read()
        try pair.carry()
        #expect(pair.client.app.bytes.count == 8_000_000)
        #expect((64 * 1024...256 * 1024).contains(pair.server.wire.largest))
        try written.wait()
    }

    @Test("Decrypted bytes are held until somebody reads")
    func held() throws {
        let pair = try Pair.connected()
        defer { pair.end() }
        try pair.server.send([1, 2, 3]).wait()
        try pair.carry()
        #expect(pair.client.app.bytes.isEmpty)
        pair.client.wire.isIdle = true
        pair.client.channel.read()
        #expect(pair.client.app.bytes == [1, 2, 3])
        #expect(pair.client.app.readCompletes == 1)
    }

    @Test("After the handshake the channel is read only when somebody asks")
    func demand() throws {
        let pair = try Pair.connected()
        defer { pair.end() }
        let before = pair.client.wire.reads
        try pair.server.send([1]).wait()
        try pair.carry()
        #expect(pair.client.wire.reads == before)
        pair.client.channel.read()
        #expect(pair.client.wire.reads == before + 1)
    }

    @Test("A read that gave no plaintext is followed by another")
    func partialRecord() throws {
        let pair = try Pair.connected()
        defer { pair.end() }
        pair.client.channel.read()
        try pair.server.send([1, 2, 3]).wait()
        let record = try pair.server.output()
        let before = pair.client.wire.reads
        pair.client.receive(record.dropLast())
        #expect(pair.client.wire.reads == before + 1)
        #expect(pair.client.app.readCompletes == 0)
        pair.client.receive(record.suffix(1))
        #expect(pair.client.app.bytes == [1, 2, 3])
    }

    @Test("Records that give no plaintext are not read faster than the channel takes answers")
    func backPressure() throws {
        let pair = try Pair.connected()
        defer { pair.end() }
        pair.client.channel.read()
        try pair.server.send([1, 2, 3]).wait()
        let record = try pair.server.output()
        let before = pair.client.wire.reads
        pair.client.channel.isWritable = false
        pair.client.receive(record.dropLast())
        #expect(pair.client.wire.reads == before)
        pair.client.channel.isWritable = true
        pair.client.channel.pipeline.fireChannelWritabilityChanged()
        #expect(pair.client.wire.reads == before + 1)
    }

    @Test("A read that is asked for within a delivery is not lost")
    func readWithinRead() throws {
        let pair = try Pair.connected()
        defer { pair.end() }
        pair.client.app.onRead = { $0.read() }
        pair.client.channel.read()
        for byte in 1...3 as ClosedRange<UInt8> {
            try pair.server.send([byte]).wait()
            try pair.carry()
        }
        #expect(pair.client.app.bytes == [1, 2, 3])
    }

    @Test("Bytes that come with the client's last flight wait for a reader like all others")
    func withHandshake() throws {
        let pair = try Pair(client: .client(), server: .server())
        defer { pair.end() }
        let written = pair.client.send(Array("early".utf8))
        try pair.carry()
        try written.wait()
        #expect(pair.server.agreed != nil)
        #expect(pair.server.app.bytes.isEmpty)
        pair.server.channel.read()
        #expect(pair.server.app.bytes == Array("early".utf8))
    }

    @Test("A reader that closes the channel within a read gets nothing more")
    func closeWithinRead() throws {
        let pair = try Pair.connected()
        defer { pair.end() }
        pair.client.app.onRead = { $0.close(promise: nil) }
        pair.client.channel.read()
        try pair.server.send([1]).wait()
        try pair.carry()
        try? pair.server.send([2]).wait()
        try pair.carry()
        #expect(pair.client.app.bytes == [1])
    }

    @Test("Every split of a record gives the same bytes")
    func splits() throws {
        let pair = try Pair.connected()
        defer { pair.end() }
        pair.client.channel.read()
        try pair.server.send(Array("hello, split".utf8)).wait()
        let length = try pair.server.output().count
        // Each split has a connection of its own.
        for split in 1..<length {
            let pair = try Pair.connected()
            defer { pair.end() }
            pair.client.channel.read()
            try pair.server.send(Array("hello, split".utf8)).wait()
            let record = try pair.server.output()
            pair.client.receive(record.prefix(split))
            pair.client.receive(record.dropFirst(split))
            #expect(pair.client.app.bytes == Array("hello, split".utf8))
        }
    }

    @Test("An empty write sends nothing, and its promise succeeds")
    func empty() throws {
        let pair = try Pair.connected()
        defer { pair.end() }
        try pair.client.send([]).wait()
        #expect(try pair.client.output().isEmpty)
    }

    @Test("A handler may write and read from within a read")
    func reentrant() throws {
        let pair = try Pair.connected()
        defer { pair.end() }
        pair.server.app.onRead = { context in
            context.writeAndFlush(NIOAny(ByteBuffer(bytes: [9])), promise: nil)
            context.read()
        }
        pair.server.channel.read()
        pair.client.channel.read()
        for _ in 0..<3 { try pair.client.send([1]).wait() }
        try pair.carry()
        #expect(pair.client.app.bytes.allSatisfy { $0 == 9 })
        #expect(!pair.client.app.bytes.isEmpty)
        #expect(pair.server.app.bytes == [1, 1, 1])
    }
}
