import Access
import ActionCrypto
import Foundation
import Logging
import NIOCore
import NIOEmbedded
import NIOHTTP1
import NIOOpenSSL

@testable import CallbackServer
@testable import Mattermost

/// Runs a whole session with TLS, HTTP, and clicks that have valid signatures and hostile values. Checks that each click is
/// decided or refused, and that the client reads the answer that was given. The first byte is the number of bytes that arrive
/// at a time; 0 means all at once. The values follow, with zero bytes between them.
func fuzzSessions(_ input: UnsafeRawBufferPointer) {
    guard let first = input.first else { return }
    let values = input.dropFirst().split(separator: 0, omittingEmptySubsequences: false).map {
        String(decoding: $0, as: UTF8.self)
    }
    let session = Session(chunk: Int(first))
    for (number, value) in values.prefix(4).enumerated() {
        guard session.click(number, value, with: values.last ?? "") else { break }
    }
    session.end()
}

private final class Session {
    private static let contexts = known {
        let identity = try SelfSigned.identity(names: ["localhost"])
        return (
            server: try TLSContext.server(identity: identity, alpn: ["http/1.1"]),
            client: try TLSContext.client(identity: nil, alpn: ["http/1.1"], trust: .certificates(identity.certificateChain))
        )
    }

    private let chunk: Int
    private let channel = EmbeddedChannel()
    private let queue = ClickQueue(limit: 4)
    private let connection: ConnectionHandler
    private var client = Pair.Side(
        engine: known { try TLSEngine(context: Session.contexts.client, role: .client(serverName: "localhost")) })

    init(chunk: Int) {
        self.chunk = chunk
        let server = CallbackServer(
            configuration: .init(address: ListenAddress(host: nil, port: 0)), group: channel.embeddedEventLoop,
            logger: Logger(label: "fuzz") { _ in SwiftLogNoOpLogHandler() },
            verify: { context, _ in Verification(Signed.signer.verify(context, cluster: Signed.cluster, at: Signed.now)) },
            readiness: { Readiness() }, decide: { $1(.answer([])) })
        let listener = Listener(server, queue: queue, trim: MemoryTrim(), on: channel.embeddedEventLoop)
        let connection = ConnectionHandler(listener: listener)
        self.connection = connection
        let decoder = RequestDecoder(headLimit: listener.limits.headBytes) { connection.bytesArrived($0) }
        known {
            let pipeline = channel.pipeline.syncOperations
            try pipeline.addHandler(
                TLSHandler(
                    context: Self.contexts.server, role: .server, on: channel.embeddedEventLoop, handshakeTimeout: .seconds(10))
            )
            try pipeline.addHandler(ByteToMessageHandler(decoder, maximumBufferSize: listener.limits.headBytes * 2))
            try pipeline.addHandler(connection)
            try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 1)).wait()
        }
        client.take([])
        exchange()
        must(client.isOpen, "a good handshake fails")
    }

    /// Sends a click and checks its answer. Returns false when the connection is over.
    func click(_ number: Int, _ value: String, with other: String) -> Bool {
        let channelID = number % 2 == 0 ? value : "dpygwdyjubydfne5nshbuea4ga"
        guard let id = RequestID("305dc2e2-6700-485c-a62a-74712b40900e"),
            let context = try? Signed.signer.sign(
                .deny, requestID: id, cluster: Signed.cluster, channelID: channelID, recipient: other, issued: Signed.now,
                expires: Signed.now.advanced(by: .seconds(60)))
        else { return true }
        let object: [String: Any] = [
            "user_id": value, "user_name": other, "channel_id": channelID, "post_id": value, "team_id": other,
            "trigger_id": value,
            "context": context.fields,
        ]
        guard let body = try? JSONSerialization.data(withJSONObject: object) else { return true }
        let head =
            "POST /mattermost_action HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: \(body.count)\r\n\r\n"
        client.received = []
        client.say(Array(head.utf8) + Array(body))
        exchange()
        if connection.state.isDeciding {
            connection.answer(.answer(clickAnswer(update: nil, ephemeral: value)), to: connection.state.requestCount)
            exchange()
            check(sent: value)
        } else {
            must(client.received.starts(with: Array("HTTP/1.1 4".utf8)), "a click is neither decided nor refused")
        }
        queue.finishedOne()
        return channel.isActive
    }

    func end() {
        _ = try? channel.finish(acceptAlreadyClosed: true)
        queue.close()
    }

    private func check(sent value: String) {
        let text = String(decoding: client.received, as: UTF8.self)
        must(text.hasPrefix("HTTP/1.1 200 OK\r\n"), "no answer: \(text.prefix(100))")
        guard let end = client.received.firstRange(of: Array("\r\n\r\n".utf8)) else {
            return must(false, "an answer has no end")
        }
        let object = try? JSONSerialization.jsonObject(with: Data(client.received[end.upperBound...])) as? [String: Any]
        let words = object?["ephemeral_text"] as? String ?? ""
        must(words.utf8.elementsEqual(value.utf8), "the client reads other words")
    }

    /// Passes bytes in both directions until neither side has any.
    private func exchange() {
        for _ in 0..<50 {
            var up = client.output[...]
            let isQuiet = up.isEmpty
            while !up.isEmpty, channel.isActive {
                let part = up.prefix(chunk == 0 ? up.count : chunk)
                up = up.dropFirst(part.count)
                _ = try? channel.writeInbound(ByteBuffer(bytes: part))
                // An embedded channel does not read by itself, as a real socket's does.
                channel.read()
            }
            channel.embeddedEventLoop.advanceTime(by: .milliseconds(2))
            var down: [UInt8] = []
            while let buffer = (try? channel.readOutbound(as: ByteBuffer.self)) ?? nil { down += buffer.readableBytesView }
            if !down.isEmpty { client.take(down) }
            if isQuiet, down.isEmpty { return }
        }
    }
}
