import NIOCore
import NIOEmbedded
import Testing

@testable import Watcher

@Suite("PING frames are taken out of the stream")
struct PingFilterTests {
    private static let settings = frame(type: 4, flags: 0, stream: 0, [0, 3, 0, 0, 0, 100])
    private static let data = frame(type: 0, flags: 1, stream: 1, Array(repeating: 6, count: 40))
    private static let ping = frame(type: 6, flags: 0, stream: 0, [1, 2, 3, 4, 5, 6, 7, 8])
    private static let secondPing = frame(type: 6, flags: 0, stream: 0, [9, 9, 9, 9, 9, 9, 9, 9])
    private static let acknowledgement = frame(type: 6, flags: 1, stream: 0, [8, 7, 6, 5, 4, 3, 2, 1])
    private static let empty = frame(type: 4, flags: 1, stream: 0, [])
    private static let stream = settings + ping + data + acknowledgement + empty + ping + secondPing + data
    private static let hidden = settings + data + acknowledgement + empty + data

    static func frame(type: UInt8, flags: UInt8, stream: UInt8, _ payload: [UInt8]) -> [UInt8] {
        [0, 0, UInt8(payload.count), type, flags, 0, 0, 0, stream] + payload
    }

    @Test("At every split in two, and byte by byte, the rest is untouched")
    func everySplit() {
        let splits = (0...Self.stream.count).map { [$0] } + [Array(1..<Self.stream.count)]
        for split in splits {
            var filter = PingFilter()
            var passed: [UInt8] = []
            var pings: [UInt64] = []
            for piece in Self.pieces(of: Self.stream, at: split) {
                let output = filter.filter(ByteBuffer(bytes: piece))
                passed += Array(output.passed.readableBytesView)
                pings += output.pings
            }
            #expect(passed == Self.hidden, "split at \(split)")
            #expect(pings == [0x0102_0304_0506_0708, 0x0102_0304_0506_0708, 0x0909_0909_0909_0909], "split at \(split)")
        }
    }

    @Test("Each read's output ends with a frame, wherever the reads are cut")
    func wholeFrames() {
        let edges = Self.edges(of: Self.hidden)
        for split in 0...Self.stream.count {
            var filter = PingFilter()
            var passed = 0
            for piece in Self.pieces(of: Self.stream, at: [split]) {
                passed += filter.filter(ByteBuffer(bytes: piece)).passed.readableBytes
                #expect(edges.contains(passed), "split at \(split)")
            }
        }
    }

    /// Returns the numbers of bytes after which a frame ends.
    private static func edges(of frames: [UInt8]) -> Set<Int> {
        var edges: Set = [0]
        var end = 0
        while end < frames.count {
            end += 9 + Int(frames[end + 2])
            edges.insert(end)
        }
        return edges
    }

    @Test("Malformed PINGs pass, for the HTTP/2 library to refuse")
    func malformed() {
        let short = Self.frame(type: 6, flags: 0, stream: 0, [1, 2, 3])
        let onStream = Self.frame(type: 6, flags: 0, stream: 3, [1, 2, 3, 4, 5, 6, 7, 8])
        var filter = PingFilter()
        let output = filter.filter(ByteBuffer(bytes: short + onStream))
        #expect(Array(output.passed.readableBytesView) == short + onStream)
        #expect(output.pings.isEmpty)
    }

    @Test("Bytes that are no HTTP/2 pass too", arguments: [0, 1, 7, 100, 70_000])
    func garbage(length: Int) {
        let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ 0x48) }
        var filter = PingFilter()
        let output = filter.filter(ByteBuffer(bytes: bytes))
        #expect(output.pings.isEmpty)
        #expect(length - output.passed.readableBytes < 17)
        #expect(bytes.starts(with: output.passed.readableBytesView))
    }

    static func pieces(of bytes: [UInt8], at splits: [Int]) -> [ArraySlice<UInt8>] {
        let edges = [0] + splits + [bytes.count]
        return zip(edges, edges.dropFirst()).map { bytes[$0..<$1] }
    }
}

@Suite("The handler between TLS and gRPC")
struct PingHandlerTests {
    private let ping = PingFilterTests.frame(type: 6, flags: 0, stream: 0, [1, 2, 3, 4, 5, 6, 7, 8])
    private let answer = PingFilterTests.frame(type: 6, flags: 1, stream: 0, [1, 2, 3, 4, 5, 6, 7, 8])
    private let settings = PingFilterTests.frame(type: 4, flags: 0, stream: 0, [])

    @Test("Bytes that come before gRPC's handlers are in place are held, and then handed on")
    func holds() throws {
        let (channel, handler, _) = try make()
        try channel.writeInbound(ByteBuffer(bytes: settings))
        #expect(try channel.readInbound(as: ByteBuffer.self) == nil)
        handler.open()
        #expect(try channel.readInbound(as: ByteBuffer.self) == ByteBuffer(bytes: settings))
    }

    @Test("A PING is answered, and not before the preface is out")
    func answersAfterPreface() throws {
        let (channel, handler, _) = try make()
        handler.open()
        try channel.writeInbound(ByteBuffer(bytes: ping))
        #expect(try channel.readInbound(as: ByteBuffer.self) == nil)
        #expect(try channel.readOutbound(as: ByteBuffer.self) == nil)
        channel.write(ByteBuffer(string: "PRI * "), promise: nil)
        channel.write(ByteBuffer(string: "settings"), promise: nil)
        channel.flush()
        #expect(try channel.readOutbound(as: ByteBuffer.self) == ByteBuffer(string: "PRI * "))
        #expect(try channel.readOutbound(as: ByteBuffer.self) == ByteBuffer(string: "settings"))
        #expect(try channel.readOutbound(as: ByteBuffer.self) == ByteBuffer(bytes: answer))
        try channel.writeInbound(ByteBuffer(bytes: ping + ping))
        #expect(try channel.readOutbound(as: ByteBuffer.self) == ByteBuffer(bytes: answer + answer))
    }

    @Test("A server that talks without end before it is spoken to is cut off, and the trace says why")
    func flood() throws {
        let (channel, _, trace) = try make()
        let chunk = ByteBuffer(repeating: 0, count: 100_000)
        for _ in 0..<2 { try channel.writeInbound(chunk) }
        #expect(throws: PingHandler.Flooded.self) { try channel.writeInbound(chunk) }
        #expect(trace.first is PingHandler.Flooded)
        #expect(!channel.isActive)
    }

    @Test("PINGs without end from a server that reads no answers are cut off")
    func unreadAnswers() throws {
        let (channel, handler, trace) = try make()
        handler.open()
        channel.flush()
        channel.isWritable = false
        for _ in 0..<1024 { try channel.writeInbound(ByteBuffer(bytes: ping)) }
        #expect(throws: PingHandler.Flooded.self) { try channel.writeInbound(ByteBuffer(bytes: ping)) }
        #expect(trace.first is PingHandler.Flooded)
    }

    @Test("Answers that had to wait are sent when the channel can be written to again")
    func answersLater() throws {
        let (channel, handler, _) = try make()
        handler.open()
        channel.flush()
        channel.isWritable = false
        try channel.writeInbound(ByteBuffer(bytes: ping))
        #expect(try channel.readOutbound(as: ByteBuffer.self) == nil)
        channel.isWritable = true
        channel.pipeline.fireChannelWritabilityChanged()
        #expect(try channel.readOutbound(as: ByteBuffer.self) == ByteBuffer(bytes: answer))
    }

    private func make() throws -> (EmbeddedChannel, PingHandler, FailureTrace) {
        let trace = FailureTrace()
        let handler = PingHandler(trace: trace)
        let channel = EmbeddedChannel(handler: handler)
        try channel.connect(to: SocketAddress(unixDomainSocketPath: "/nowhere")).wait()
        return (channel, handler, trace)
    }
}
