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
            for path in ["/healthz", "/readyz", "/metrics"] {
                for _ in 0..<10 { #expect(await client.reply(to: ClickText.get(path)).hasPrefix("HTTP/1.1 200 ")) }
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

    @Test("Only the operator on this machine gets the reasons, and no request that came through a proxy counts as theirs")
    func reasons() async throws {
        let readiness = Readiness(problems: ["teleport: auth.example.com:3025 is away"], notes: ["the certificate ends soon"])
        try await RunningServer.with(readiness: { readiness }) { server in
            let client = try await server.client()
            #expect(await client.reply(to: ClickText.get("/readyz")).contains("auth.example.com"))
            for field in ["X-Forwarded-For: 192.0.2.1", "Forwarded: for=192.0.2.1", "via: 1.1 proxy", "X-Real-IP: 192.0.2.1"] {
                let reply = await client.reply(to: ClickText.get("/readyz", fields: "\(field)\r\n"))
                #expect(reply.hasPrefix("HTTP/1.1 503 ") && reply.hasSuffix("\r\n\r\n{\"status\":\"not ready\"}"))
            }
            await client.close()
        }
    }

    @Test("The user at the other end of a loopback connection is read from the kernel's table")
    func owners() throws {
        let table = """
              sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
               0: 0100007F:1F91 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0
               1: 0100007F:D431 0100007F:1F91 01 00000000:00000000 00:00000000 00000000    33        0 2 1 0 20 4 30 10 -1
               2: 0100007F:1F91 0100007F:D431 01 00000000:00000000 00:00000000 00000000   999        0 3 1 0 20 4 30 10 -1
            """
        let six = """
              sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid
               0: 00000000000000000000000001000000:D432 00000000000000000000000001000000:1F91 01 00000000:00000000 00:00000000 00000000  1000 0 4
               1: 0000000000000000FFFF00000100007F:D433 0000000000000000FFFF00000100007F:1F91 01 00000000:00000000 00:00000000 00000000  1001 0 5
            """
        func endpoint(_ address: String, _ port: Int) throws -> LocalPeer.Endpoint {
            LocalPeer.Endpoint(address: try #require(IPAddress(address)), port: port)
        }
        let four = try endpoint("127.0.0.1", 0x1F91)
        #expect(LocalPeer.owner(of: try endpoint("127.0.0.1", 0xD431), to: four, in: table) == 33)
        #expect(LocalPeer.owner(of: try endpoint("127.0.0.1", 0xD432), to: four, in: table) == nil)
        #expect(LocalPeer.owner(of: try endpoint("::1", 0xD432), to: try endpoint("::1", 0x1F91), in: six) == 1000)
        #expect(LocalPeer.owner(of: try endpoint("127.0.0.1", 0xD433), to: four, in: six) == 1001)
        let strange = try SocketAddress(ipAddress: "192.0.2.1", port: 1),
            here = try SocketAddress(ipAddress: "127.0.0.1", port: 2)
        #expect(!LocalPeer.isOperator(strange, of: here) && !LocalPeer.isOperator(here, of: nil))
        #expect(!LocalPeer.isOperator(here, of: here), "there is no such connection")
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
