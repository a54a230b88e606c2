import Access
import Logging
import NIOCore
import NIOEmbedded
import NIOHTTP1

@testable import CallbackServer

/// One connection to a listener on an embedded channel, whose event loop runs on virtual time.
struct EmbeddedConnection {
    let channel = EmbeddedChannel()
    let listener: Listener
    let handler: ConnectionHandler

    init() throws {
        let loop = channel.embeddedEventLoop
        let server = CallbackServer(
            configuration: .init(address: ListenAddress(host: nil, port: 0)), group: loop,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, verify: RunningServer.verify,
            readiness: { Readiness() }, decide: { $1(.answer([])) })
        let listener = Listener(server, queue: ClickQueue(limit: 1), trim: MemoryTrim(), on: loop)
        let handler = ConnectionHandler(listener: listener)
        let decoder = RequestDecoder(headLimit: listener.limits.headBytes) { handler.bytesArrived($0) }
        try channel.pipeline.syncOperations.addHandlers([ByteToMessageHandler(decoder), handler])
        try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 1)).wait()
        (self.listener, self.handler) = (listener, handler)
    }

    func receive(_ text: String) throws { try channel.writeInbound(ByteBuffer(string: text)) }

    /// Returns the bytes that were written since the last call.
    func output() throws -> String {
        var text = ""
        while let buffer = try channel.readOutbound(as: ByteBuffer.self) { text += String(buffer: buffer) }
        return text
    }

    func advance(by amount: TimeAmount) { channel.embeddedEventLoop.advanceTime(by: amount) }

    func finish() { _ = try? channel.finish(acceptAlreadyClosed: true) }
}
