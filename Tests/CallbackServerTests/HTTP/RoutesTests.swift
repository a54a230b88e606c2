import Foundation
import Testing

@testable import CallbackServer

@Suite(.timeLimit(.minutes(1))) struct RoutesTests {
    @Test("Every route answers at the root and below the prefix", arguments: ["", "/mattermost"])
    func prefix(prefix: String) async throws {
        try await RunningServer.with { server in
            let client = try await server.client()
            #expect(await client.reply(to: ClickText.get(prefix + "/healthz")).hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(await client.reply(to: ClickText.get(prefix + "/readyz?verbose")).hasPrefix("HTTP/1.1 200 OK\r\n"))
            let click = await client.reply(to: ClickText.post(try ClickText.signed(), to: prefix + "/mattermost_action"))
            #expect(click.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(click.hasSuffix("\r\n\r\n{\"ephemeral_text\":\"done\"}"))
            await client.close()
        }
    }

    @Test("Unknown paths are 404, wrong methods 405 with Allow, and the connection stays open")
    func unknown() async throws {
        try await RunningServer.with { server in
            let client = try await server.client()
            for path in ["/", "/mattermost", "/mattermost/", "/healthz/", "/mattermost/mattermost/healthz", "*", "//healthz"] {
                #expect(await client.reply(to: ClickText.get(path)).hasPrefix("HTTP/1.1 404 "))
            }
            let action = await client.reply(to: ClickText.get("/mattermost_action"))
            #expect(action.hasPrefix("HTTP/1.1 405 ") && action.contains("\r\nAllow: POST\r\n"))
            let health = await client.reply(to: ClickText.post("{}", to: "/healthz"))
            #expect(health.hasPrefix("HTTP/1.1 405 ") && health.contains("\r\nAllow: GET, HEAD\r\n"))
            #expect(await client.reply(to: ClickText.get("http://callback/healthz")).hasPrefix("HTTP/1.1 200 "))
            await client.close()
        }
    }

    @Test("A plugin that is not ready answers 503 without a reason, and is alive all the same")
    func notReady() async throws {
        try await RunningServer.with(readiness: { Readiness(problems: ["auth.example.com is away"], notes: ["soon"]) }) {
            server in
            let client = try await server.client()
            let ready = await client.reply(to: ClickText.get("/readyz"))
            #expect(ready.hasPrefix("HTTP/1.1 503 "))
            #expect(ready.hasSuffix("\r\n\r\n{\"status\":\"not ready\"}"))
            #expect(await client.reply(to: ClickText.get("/healthz")).hasPrefix("HTTP/1.1 200 "))
            await client.close()
        }
    }

    @Test("Where reasons are shown, they are strings of JSON")
    func reasons() {
        let readiness = Readiness(problems: ["no \"watch\"", "token\nrevoked"], notes: ["ends soon"])
        #expect(
            String(decoding: readiness.json, as: UTF8.self)
                == #"{"status":"not ready","reasons":["no \"watch\"","token\nrevoked"],"notes":["ends soon"]}"#)
    }

    @Test("The callback's port has no metrics")
    func noMetrics() async throws {
        try await RunningServer.with { server in
            let client = try await server.client()
            #expect(await client.reply(to: ClickText.get("/metrics")).hasPrefix("HTTP/1.1 404 "))
            await client.close()
        }
    }

    @Test("HEAD gives GET's head and no body", arguments: ["/healthz", "/readyz"])
    func head(path: String) async throws {
        try await RunningServer.with { server in
            let client = try await server.client()
            let get = await client.reply(to: ClickText.get(path, fields: "Connection: close\r\n"))
            let other = try await server.client()
            other.send(ClickText.get(path, method: "HEAD", fields: "Connection: close\r\n"))
            let head = await other.rest()
            #expect(head.hasSuffix("\r\n\r\n"))
            let end = try #require(get.range(of: "\r\n\r\n")).upperBound
            #expect(Self.withoutDate(head) == Self.withoutDate(String(get[..<end])))
        }
    }

    @Test("No reply names the server's software")
    func software() async throws {
        try await RunningServer.with { server in
            let client = try await server.client()
            let reply = await client.reply(to: ClickText.get("/healthz"))
            #expect(!reply.contains("Server:"))
            #expect(reply.contains("\r\nDate: "))
            await client.close()
        }
    }

    private static func withoutDate(_ head: String) -> [Substring] {
        head.split(separator: "\r\n", omittingEmptySubsequences: false).filter { !$0.hasPrefix("Date: ") }
    }
}
