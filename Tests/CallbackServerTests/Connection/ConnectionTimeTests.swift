import Access
import Logging
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import CallbackServer

@Suite("The clock of a connection") struct ConnectionTimeTests {
    @Test("Every time limit is measured by the clock of the event loop, so that no test has to wait for one")
    func virtualTime() throws {
        let channel = EmbeddedChannel()
        let server = CallbackServer(
            configuration: .init(address: ListenAddress(host: nil, port: 0)), group: channel.embeddedEventLoop,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, verify: RunningServer.verify,
            readiness: { Readiness() }, decide: { $1(.answer([])) })
        let listener = Listener(server, queue: ClickQueue(limit: 1), trim: MemoryTrim(), on: channel.embeddedEventLoop)
        let connection = ConnectionHandler(listener: listener)
        let decoder = RequestDecoder(headLimit: listener.limits.headBytes) { connection.bytesArrived($0) }
        try channel.pipeline.syncOperations.addHandlers([ByteToMessageHandler(decoder), connection])
        try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 1)).wait()
        func output() throws -> String {
            var text = ""
            while let buffer = try channel.readOutbound(as: ByteBuffer.self) { text += String(buffer: buffer) }
            return text
        }
        try channel.writeInbound(ByteBuffer(string: ClickText.post(ClickText.signed())))
        channel.embeddedEventLoop.advanceTime(by: .milliseconds(7900))
        #expect(try output() == "", "the decision is awaited")
        channel.embeddedEventLoop.advanceTime(by: .milliseconds(400))
        #expect(try output().contains("longer than usual"))
        channel.embeddedEventLoop.advanceTime(by: .seconds(60))
        try channel.writeInbound(ByteBuffer(string: "GET /healthz HTTP/1.1\r\nHos"))
        channel.embeddedEventLoop.advanceTime(by: .milliseconds(9900))
        #expect(try output() == "", "the head has 10 s")
        channel.embeddedEventLoop.advanceTime(by: .milliseconds(400))
        #expect(try output().hasPrefix("HTTP/1.1 408 "))
        _ = try? channel.finish(acceptAlreadyClosed: true)
    }
}
