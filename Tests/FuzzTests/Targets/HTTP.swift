import Access
import ActionCrypto
import Logging
import NIOCore
import NIOEmbedded
import NIOHTTP1

@testable import CallbackServer

/// Feeds bytes to a connection as the listener makes it, but without a socket. The first byte is the number of bytes that
/// arrive at a time; 0 means all at once.
func fuzzHTTP(_ input: UnsafeRawBufferPointer) {
    guard let first = input.first else { return }
    let channel = EmbeddedChannel()
    let server = CallbackServer(
        configuration: .init(address: ListenAddress(host: nil, port: 0), pathPrefix: "/mattermost"),
        group: channel.embeddedEventLoop, logger: Logger(label: "fuzz") { _ in SwiftLogNoOpLogHandler() },
        verify: { context, _ in
            Verification(Signed.signer.verify(context, cluster: Signed.cluster, at: Signed.now))
        },
        readiness: { Readiness() },
        dialogs: .init(open: { Signed.signer.open($0) }, decide: { $1(.answer([])) }),
        decide: { $1(.answer([])) })
    let queue = ClickQueue(limit: 4)
    let listener = Listener(server, queue: queue, trim: MemoryTrim(), on: channel.embeddedEventLoop)
    let connection = ConnectionHandler(listener: listener)
    let decoder = RequestDecoder(headLimit: listener.limits.headBytes) { connection.bytesArrived($0) }
    known {
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(ByteToMessageHandler(decoder, maximumBufferSize: listener.limits.headBytes * 2))
        try pipeline.addHandler(connection)
        try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 1)).wait()
    }
    var rest = input.dropFirst()
    while !rest.isEmpty, channel.isActive {
        let part = rest.prefix(first == 0 ? rest.count : Int(first))
        rest = rest.dropFirst(part.count)
        _ = try? channel.writeInbound(ByteBuffer(bytes: part))
    }
    checkReplies(channel)
    _ = try? channel.finish(acceptAlreadyClosed: true)
    queue.close()
}

/// Checks that all output is complete answers of the plugin, and that none names the server's software.
private func checkReplies(_ channel: EmbeddedChannel) {
    while let reply = (try? channel.readOutbound(as: ByteBuffer.self)) ?? nil {
        let text = String(buffer: reply)
        must(text.isEmpty || text.hasPrefix("HTTP/1."), "no answer: \(text)")
        must(!text.lowercased().contains("\r\nserver:"), "an answer names the server")
    }
}
