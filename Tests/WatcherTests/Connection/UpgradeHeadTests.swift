import Access
import GRPCCore
import NIOCore
import NIOEmbedded
import Testing

@testable import Watcher

@Suite("The head of an upgrade's answer")
struct UpgradeHeadTests {
    @Test("It is found however it is cut, and what follows it belongs to the connection", arguments: [1, 2, 3, 7, 1000])
    func cut(size: Int) throws {
        let channel = EmbeddedChannel()
        let handler = TunnelHandler(
            request: UpgradeRequest(host: "x"), on: channel.embeddedEventLoop, timeout: .seconds(10))
        try channel.pipeline.syncOperations.addHandler(handler)
        let fields = (0..<200).map { "X-\($0): \r\r\n" }.joined()
        var rest = Array("HTTP/1.1 101 Switching\r\nUpgrade: alpn\r\n\(fields)\r\nhello".utf8)[...]
        while !rest.isEmpty {
            try channel.writeInbound(ByteBuffer(bytes: rest.prefix(size)))
            rest = rest.dropFirst(size)
        }
        var received = ""
        while let bytes = try channel.readInbound(as: ByteBuffer.self) { received += String(buffer: bytes) }
        #expect(received == "hello")
        try handler.opened.wait()
        _ = try channel.finish(acceptAlreadyClosed: true)
    }

    @Test("A call that was cancelled tells nothing about the server")
    func cancelled() throws {
        let address = try AuthAddress(parsing: "auth.example.com:3025")
        for error in [CancellationError(), RPCError(code: .cancelled, message: "")] as [any Error] {
            #expect(TeleportError(error, during: .connect, to: address).code == .cancelled)
        }
    }
}
