import Access
import ActionCrypto
import Base
import NIOCore
import Testing

@testable import CallbackServer

@Suite(.timeLimit(.minutes(1))) struct SourceLimitTests {
    private static let loopback = AddressRanges(["127.0.0.0/8"].compactMap(AddressRange.init))

    private func forge(_ server: RunningServer, from forwarded: String? = nil, until status: String = "429") async throws
        -> String
    {
        let fields = forwarded.map { "X-Forwarded-For: \($0)\r\n" } ?? ""
        for _ in 0..<100 {
            let client = try await server.client()
            let reply = await client.reply(to: ClickText.post(try ClickText.signed("forged"), fields: fields))
            await client.close()
            if reply.hasPrefix("HTTP/1.1 \(status) ") { return reply }
            #expect(reply.hasPrefix("HTTP/1.1 403 "))
        }
        return ""
    }

    @Test(
        "A source that forges too often gets 429 with Retry-After, and a signed click from the same address is decided all the same"
    )
    func failures() async throws {
        try await RunningServer.with { server in
            let refusal = try await forge(server)
            #expect(refusal.contains("\r\nRetry-After: 30\r\n") && refusal.contains("\r\nConnection: close\r\n"))
            #expect(refusal.hasSuffix("\r\nContent-Length: 0\r\n\r\n"))
            let client = try await server.client()
            #expect(await client.reply(to: ClickText.post(try ClickText.signed())).hasSuffix(#"{"ephemeral_text":"done"}"#))
            for probe in ["/healthz", "/readyz"] {
                #expect(await client.reply(to: ClickText.get(probe)).hasPrefix("HTTP/1.1 200 "))
            }
            await client.close()
        }
    }

    @Test("Past the limit a wrong password, a wrong signature and a malformed body get the same answer")
    func sameAnswer() async throws {
        var limits = CallbackServer.Limits()
        // No token comes back during the test, however slow the machine is.
        limits.failureRate.refill = .hours(1)
        try await RunningServer.with(limits: limits, basicAuth: BasicAuth(user: "u", password: .init("p"))) { server in
            let right = "Authorization: Basic dTpw\r\n"
            for _ in 0..<20 {
                let client = try await server.client()
                #expect(await client.reply(to: ClickText.post("{}")).hasPrefix("HTTP/1.1 401 "))
                await client.close()
            }
            var replies: Set<String> = []
            for request in [
                ClickText.post("{}"), ClickText.post("{}", fields: right),
                ClickText.post(try ClickText.signed("forged"), fields: right),
            ] {
                let client = try await server.client()
                let reply = await client.reply(to: request)
                replies.insert(reply.split(separator: "\r\n").filter { !$0.hasPrefix("Date: ") }.joined(separator: "\n"))
                await client.close()
            }
            #expect(replies.count == 1)
            #expect(replies.first?.hasPrefix("HTTP/1.1 429 ") == true)
        }
    }

    @Test("Behind a trusted proxy each forwarded address has limits of its own")
    func proxied() async throws {
        try await RunningServer.with(proxies: Self.loopback) { server in
            let spent = try await forge(server, from: "203.0.113.1")
            #expect(spent.hasPrefix("HTTP/1.1 429 "))
            let other = try await forge(server, from: "203.0.113.2", until: "403")
            #expect(other.hasPrefix("HTTP/1.1 403 "))
            let spoofing = try await forge(server, from: "6.6.6.6, 203.0.113.1")
            #expect(spoofing.hasPrefix("HTTP/1.1 429 "))
        }
    }

    @Test("Without a trusted proxy, X-Forwarded-For changes neither the source that is limited nor the one that is logged")
    func spoofed() async throws {
        let lines = LogLines()
        try await RunningServer.with(logger: lines.logger) { server in
            let first = try await forge(server, from: "203.0.113.1")
            #expect(first.hasPrefix("HTTP/1.1 429 "))
            let second = try await forge(server, from: "203.0.113.2")
            #expect(second.hasPrefix("HTTP/1.1 429 "))
        }
        #expect(lines.all.contains { $0.contains("127.0.0.1") } && !lines.all.contains { $0.contains("203.0.113") })
    }

    @Test("A click that came through a trusted proxy names the address of the client")
    func origin() async throws {
        try await RunningServer.with(proxies: Self.loopback, decide: { Array("\"\($0.remoteAddress)\"".utf8) }) { server in
            let client = try await server.client()
            let request = ClickText.post(try ClickText.signed(), fields: "X-Forwarded-For: 6.6.6.6, 203.0.113.1\r\n")
            #expect(await client.reply(to: request).hasSuffix("\"203.0.113.1\""))
            await client.close()
        }
    }

    @Test("Requests that come to nothing are limited, with 429, and no refusal names the software of the server")
    func useless() async throws {
        var limits = CallbackServer.Limits()
        limits.requestRate = Bucket.Rate(burst: 3, refill: .hours(1))
        try await RunningServer.with(limits: limits) { server in
            for status in ["404", "405", "415", "429", "429"] {
                let request =
                    switch status {
                    case "405": ClickText.get("/mattermost_action")
                    case "415": "POST /mattermost_action HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"
                    default: ClickText.get("/nowhere")
                    }
                let client = try await server.client()
                let reply = await client.reply(to: request)
                #expect(reply.hasPrefix("HTTP/1.1 \(status) ") && reply.hasSuffix("\r\nContent-Length: 0\r\n\r\n"))
                #expect(!reply.lowercased().contains("\r\nserver:"))
                await client.close()
            }
            let client = try await server.client()
            #expect(await client.reply(to: ClickText.post(try ClickText.signed())).hasPrefix("HTTP/1.1 200 "))
            await client.close()
        }
    }
}
