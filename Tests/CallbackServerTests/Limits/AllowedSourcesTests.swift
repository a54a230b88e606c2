import Access
import Base
import NIOCore
import Testing

@testable import CallbackServer

@Suite(.timeLimit(.minutes(1))) struct AllowedSourcesTests {
    private static let loopback = AddressRanges(["127.0.0.0/8"].compactMap(AddressRange.init))

    private func ask(_ server: RunningServer, _ request: String) async throws -> String {
        let client = try await server.client()
        let reply = await client.reply(to: request)
        await client.close()
        return reply
    }

    private func statuses(_ server: RunningServer, from forwarded: [String]) async throws -> [Substring] {
        var statuses: [Substring] = []
        for address in forwarded {
            let fields = "X-Forwarded-For: \(address)\r\n"
            let reply = try await ask(server, ClickText.post(try ClickText.signed(), fields: fields))
            statuses.append(reply.dropFirst(9).prefix(3))
        }
        return statuses
    }

    private static func withoutDate(_ reply: String) -> [Substring] {
        reply.split(separator: "\r\n").filter { !$0.hasPrefix("Date: ") }
    }

    @Test(
        "From an allowed address, or one of an allowed range, a signed click is decided",
        arguments: ["127.0.0.1", "127.0.0.0/8"])
    func allowed(range: String) async throws {
        try await RunningServer.with(allowed: ["192.0.2.0/24", range]) { server in
            let reply = try await ask(server, ClickText.post(try ClickText.signed()))
            #expect(reply.hasSuffix(#"{"ephemeral_text":"done"}"#))
        }
    }

    @Test("From any other address a signed click gets the reply of a forged one, is logged and decides nothing")
    func refused() async throws {
        let lines = LogLines()
        var forged: [Substring] = []
        try await RunningServer.with { server in
            forged = Self.withoutDate(try await ask(server, ClickText.post(try ClickText.signed("forged"))))
        }
        try await RunningServer.with(
            allowed: ["192.0.2.0/24"], logger: lines.logger,
            decide: { _ in
                Issue.record("a stranger's click was decided")
                return []
            }
        ) { server in
            let reply = try await ask(server, ClickText.post(try ClickText.signed()))
            #expect(Self.withoutDate(reply) == forged)
            #expect(forged.first == "HTTP/1.1 403 Forbidden")
        }
        let reason = "[http] allowed_sources does not name its address"
        #expect(lines.all.contains { $0.contains(reason) && $0.contains("127.0.0.1") })
    }

    @Test("Strangers learn nothing about the routes of clicks and dialogs: no method, type, password or body changes their 403")
    func alike() async throws {
        let password = BasicAuth(user: "u", password: .init("p"))
        try await RunningServer.with(basicAuth: password, allowed: ["192.0.2.1"]) { server in
            var replies: Set<[Substring]> = []
            for route in ["/mattermost_action", "/mattermost/mattermost_action", "/mattermost_dialog"] {
                for request in [
                    ClickText.get(route), ClickText.post("{}", to: route), ClickText.post("no JSON", to: route),
                    ClickText.post("{}", to: route, fields: "Authorization: Basic dTpw\r\n"),
                    "POST \(route) HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
                ] {
                    replies.insert(Self.withoutDate(try await ask(server, request)))
                }
            }
            #expect(replies.count == 1)
            #expect(replies.first?.first == "HTTP/1.1 403 Forbidden")
        }
    }

    @Test("Probes are answered for every address, and strangers past their limit get 429")
    func probes() async throws {
        var limits = CallbackServer.Limits()
        limits.failureRate = Bucket.Rate(burst: 2, refill: .hours(1))
        try await RunningServer.with(limits: limits, allowed: ["192.0.2.1"]) { server in
            for status in ["403", "403", "429"] {
                let reply = try await ask(server, ClickText.post(try ClickText.signed()))
                #expect(reply.hasPrefix("HTTP/1.1 \(status) "))
            }
            for probe in ["/healthz", "/readyz"] {
                #expect(try await ask(server, ClickText.get(probe)).hasPrefix("HTTP/1.1 200 "))
            }
        }
    }

    @Test("Behind a trusted proxy the forwarded address has to be allowed, and not one that the client wrote")
    func proxied() async throws {
        try await RunningServer.with(proxies: Self.loopback, allowed: ["203.0.113.1"]) { server in
            let found = try await statuses(
                server, from: ["203.0.113.1", "203.0.113.2", "203.0.113.1, 203.0.113.2", "unknown"])
            #expect(found == ["200", "403", "403", "403"])
        }
        try await RunningServer.with(allowed: ["203.0.113.1"]) { server in
            let found = try await statuses(server, from: ["203.0.113.1"])
            #expect(found == ["403"])
        }
    }

    @Test("A client without a known address is refused where addresses are named")
    func unknown() {
        func policy(_ ranges: [String]) -> CallbackServer.Admission {
            CallbackServer.Admission(allowedSources: AddressRanges(ranges.compactMap(AddressRange.init)))
        }
        #expect(policy([]).admits(nil))
        let everywhere = policy(["0.0.0.0/0", "::/0"])
        #expect(!everywhere.admits(nil))
        #expect(everywhere.admits(IPAddress("192.0.2.1")) && everywhere.admits(IPAddress("2001:db8::1")))
    }
}
