import Foundation
import NIOCore
import NIOPosix
import Testing

@testable import CallbackServer

@Suite(.timeLimit(.minutes(1))) struct BackPressureTests {
    @Test("A client that pipelines and never reads is not read from, and is cut off in the end")
    func neverReads() async throws {
        var limits = CallbackServer.Limits()
        limits.request = .milliseconds(200)
        limits.probeRate.burst = 10_000_000
        try await RunningServer.with(limits: limits) { server in
            let client = try await RawClient.connect(port: server.port, autoRead: false)
            let burst = ByteBuffer(string: String(repeating: ClickText.get("/healthz"), count: 1000))
            var sent = 0
            while sent < 4096, (try? await client.channel.writeAndFlush(burst).get()) != nil { sent += 1 }
            // 4096 bursts would be 10 million requests. The kernel's buffers on both sides hold only a small part of that.
            #expect(sent < 2048)
            await client.close()
        }
    }

    @Test("A client that pipelines many requests and reads slowly gets every reply")
    func slowReader() async throws {
        var limits = CallbackServer.Limits()
        limits.probeRate.burst = 10_000
        try await RunningServer.with(limits: limits) { server in
            let client = try await server.client()
            for _ in 0..<20 { client.send(String(repeating: ClickText.get("/healthz"), count: 100)) }
            #expect(await client.replies(2000).count == 2000)
            await client.close()
        }
    }

    @Test("A client that sends too much ahead of a decision loses the connection after its reply")
    func farAhead() async throws {
        var limits = CallbackServer.Limits()
        limits.pipelinedParts = 8
        let held = HeldDecision()
        try await RunningServer.with(
            limits: limits,
            decide: held.decide
        ) { server in
            let client = try await server.client()
            client.send(ClickText.post(try ClickText.signed()) + String(repeating: ClickText.get("/healthz"), count: 20))
            held.end()
            let rest = await client.rest()
            #expect(rest.components(separatedBy: "HTTP/1.1 ").count == 2)
            #expect(rest.contains("\r\nConnection: close\r\n") && rest.hasSuffix("{}"))
        }
    }
}
