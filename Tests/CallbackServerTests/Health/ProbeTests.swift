import Access
import Base
import Foundation
import Logging
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import CallbackServer

@Suite("Probes", .timeLimit(.minutes(1))) struct ProbeTests {
    @Test("A source past its limit of probes gets 429, and a signed click from the same address is decided all the same")
    func limited() async throws {
        var limits = CallbackServer.Limits()
        limits.probeRate = Bucket.Rate(burst: 30, refill: .hours(1))
        try await RunningServer.with(limits: limits) { server in
            let client = try await server.client()
            for path in ["/healthz", "/readyz"] {
                for _ in 0..<15 { #expect(await client.reply(to: ClickText.get(path)).hasPrefix("HTTP/1.1 200 ")) }
            }
            let late = await client.reply(to: ClickText.get("/healthz"))
            #expect(late.hasPrefix("HTTP/1.1 429 ") && late.contains("\r\nConnection: close\r\n"))
            let other = try await server.client()
            #expect(await other.reply(to: ClickText.post(try ClickText.signed())).hasSuffix(#"{"ephemeral_text":"done"}"#))
            #expect(await other.reply(to: ClickText.get("/readyz")).hasPrefix("HTTP/1.1 429 "))
        }
    }

    @Test("A client that sends hundreds of requests at once is answered a few at a time, and the others between them")
    func turns() throws {
        try Self.expectTurns(afterClick: false)
        try Self.expectTurns(afterClick: true)
    }

    private static func expectTurns(afterClick: Bool) throws {
        let connection = try EmbeddedConnection()
        defer { connection.finish() }
        func answered() throws -> Int {
            try connection.output().components(separatedBy: "HTTP/1.1 200 ").count - 1
        }
        if afterClick {
            try connection.receive(ClickText.post(ClickText.signed()))
            connection.handler.answer(.answer(Array("{}".utf8)), to: 1)
            #expect(try answered() == 1)
        }
        let turn = afterClick ? connection.listener.limits.turn.clicker : connection.listener.limits.turn.stranger
        try connection.receive(String(repeating: ClickText.get("/healthz"), count: 320))
        #expect(try answered() == turn)
        connection.advance(by: .milliseconds(1))
        #expect(try answered() == turn)
        connection.advance(by: .milliseconds(100))
        #expect(try answered() == 320 - 2 * turn, "none is lost")
    }

    @Test(
        "A body whose length no integer holds is refused at once",
        arguments: ["9223372036854775808", "18446744073709551615"])
    func endless(length: String) async throws {
        try await RunningServer.with { server in
            let client = try await server.client()
            client.send(
                "POST /mattermost_action HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: \(length)\r\n\r\n"
            )
            #expect(await client.start().hasPrefix("HTTP/1.1 413 "))
            await client.close()
        }
    }

    @Test(
        "A target without a path has no route",
        arguments: ["http://a?/mattermost_action", "http://a#/healthz", "https://a"])
    func noPath(target: String) { #expect(Routes(pathPrefix: "").route(target) == nil) }
}
