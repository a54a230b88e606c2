import ActionCrypto
import NIOCore
import TestSupport
import Testing

@testable import CallbackServer

@Suite(.timeLimit(.minutes(1))) struct TLSTests {
    @Test("Over TLS it answers as it does without, also to a request that comes a byte at a time")
    func serves() async throws {
        try await RunningServer.with(tls: Certificates.shared().listener) { server in
            let client = try await RawClient.connect(port: server.port, tls: Self.trusting())
            #expect(await client.reply(to: ClickText.get("/healthz")).hasPrefix("HTTP/1.1 200 "))
            for byte in ClickText.post(try ClickText.signed()) { client.send(String(byte)) }
            #expect(await client.replies(1).first?.hasSuffix(#"{"ephemeral_text":"done"}"#) == true)
            #expect(await client.reply(to: ClickText.get("/", fields: "Connection: close\r\n")).hasPrefix("HTTP/1.1 404 "))
            #expect(await client.rest() == "")
        }
    }

    @Test("A refusal half way through a body arrives over TLS too")
    func refusal() async throws {
        try await RunningServer.with(tls: Certificates.shared().listener) { server in
            let client = try await RawClient.connect(port: server.port, tls: Self.trusting())
            client.send("POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 9000000\r\n\r\n")
            for _ in 0..<20 { client.send(String(repeating: "x", count: 10_000)) }
            #expect(await client.rest().hasPrefix("HTTP/1.1 413 "))
        }
    }

    @Test("A handshake that does not begin, or stops, is cut off", arguments: ["", "\u{16}\u{3}\u{1}\u{1}"])
    func slowHandshake(start: String) async throws {
        var limits = CallbackServer.Limits()
        limits.handshake = .milliseconds(40)
        limits.head = .seconds(50)
        try await RunningServer.with(limits: limits, tls: Certificates.shared().listener) { server in
            let client = try await server.client()
            if !start.isEmpty { client.send(start) }
            let rest = await client.rest()
            #expect(rest.utf8.count < 20)
        }
    }

    @Test("Plain HTTP on the TLS port is closed, and the next client served")
    func plain() async throws {
        try await RunningServer.with(tls: Certificates.shared().listener) { server in
            let plain = try await server.client()
            plain.send(ClickText.get("/healthz"))
            #expect(await !plain.rest().contains("200"))
            let client = try await RawClient.connect(port: server.port, tls: Self.trusting())
            #expect(await client.reply(to: ClickText.get("/healthz")).hasPrefix("HTTP/1.1 200 "))
            await client.close()
        }
    }

    @Test("A client that pipelines over TLS and never reads is not read from, and is cut off in the end")
    func neverReads() async throws {
        var limits = CallbackServer.Limits()
        limits.request = .milliseconds(200)
        try await RunningServer.with(limits: limits, tls: Certificates.shared().listener) { server in
            let client = try await RawClient.connect(port: server.port, tls: Self.trusting())
            #expect(await client.reply(to: ClickText.get("/healthz")).hasPrefix("HTTP/1.1 200 "))
            try await client.channel.setOption(.autoRead, value: false).get()
            let burst = ByteBuffer(string: String(repeating: ClickText.get("/healthz"), count: 1000))
            var sent = 0
            while sent < 4096, (try? await client.channel.writeAndFlush(burst).get()) != nil { sent += 1 }
            #expect(sent < 2048)
            await client.close()
        }
    }

    private static func trusting() throws -> TLSContext {
        try TLSContext.client(identity: nil, alpn: [], trust: .certificates(Certificates.shared().listenerCA))
    }
}
