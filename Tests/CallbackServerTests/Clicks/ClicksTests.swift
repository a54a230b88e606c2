import Access
import ActionCrypto
import Logging
import Synchronization
import Testing

@testable import CallbackServer

@Suite(.timeLimit(.minutes(1))) struct ClicksTests {
    @Test("A verified click reaches the decision with all its fields, and the person gets the decision's answer")
    func verified() async throws {
        let clicks = Mutex<[VerifiedClick]>([])
        try await RunningServer.with(decide: { click in
            clicks.withLock { $0.append(click) }
            return Array(#"{"update":{}}"#.utf8)
        }) { server in
            let client = try await server.client()
            let reply = await client.reply(to: ClickText.post(try ClickText.signed()))
            #expect(reply.contains("\r\nContent-Type: application/json\r\nContent-Length: 13\r\n"))
            #expect(reply.hasSuffix("\r\n\r\n{\"update\":{}}"))
            await client.close()
        }
        let click = try #require(clicks.withLock { $0.first })
        #expect(click.userID == "xc4bexnho78i3fe6d45jxozfbw")
        #expect(click.postID == "wbh6ytrjrbg6id39bsbiji8cpa")
        #expect(click.teamID == "fi1rjwgkwtn6jpnnsgbgubh8po")
        #expect(click.action.decision == .approve)
        #expect(click.action.requestID == TestSigner.requestID)
        #expect(click.remoteAddress == "127.0.0.1")
        #expect("\(click)".contains("<redacted>"))
    }

    @Test(
        "Forged, malformed and misdirected clicks get an empty 4xx and never reach the decision",
        arguments: [
            ("forged", "403"), ("channel", "403"), ("altered", "403"), ("cluster", "403"), ("malformed", "400"),
            ("empty", "400"),
        ])
    func refused(kind: String, status: String) async throws {
        let lines = LogLines()
        try await RunningServer.with(
            logger: lines.logger,
            decide: { _ in
                Issue.record("a refused click was decided")
                return []
            }
        ) { server in
            let client = try await server.client()
            let body =
                switch kind {
                case "forged": try ClickText.signed("SIGNATURE")
                case "channel": try ClickText.signed(channel: "elsewhere")
                case "altered": try ClickText.signed().replacing("approve", with: "deny")
                case "cluster": try ClickText.signed().replacing(TestSigner.cluster, with: "elsewhere")
                case "malformed": try ClickText.signed("SIGNATURE") + "}"
                default: ""
                }
            let reply = await client.reply(to: ClickText.post(body))
            #expect(reply.hasPrefix("HTTP/1.1 \(status) "))
            #expect(reply.hasSuffix("\r\nContent-Length: 0\r\n\r\n"))
            #expect(await client.reply(to: ClickText.get("/healthz")).hasPrefix("HTTP/1.1 200 "))
            await client.close()
        }
        let refusals = lines.all.filter { $0.contains("Refused") }
        #expect(refusals.count == 1)
        #expect(refusals.allSatisfy { $0.contains("127.0.0.1") && !$0.contains("SIGNATURE") && !$0.contains("ZXU5MWFl") })
    }

    @Test("A click that the decision finds to be forged gets an empty 403, and only the log says why")
    func forbiddenLater() async throws {
        let lines = LogLines()
        try await RunningServer.with(logger: lines.logger, forbid: { _ in "a reason of the test's" }) { server in
            let client = try await server.client()
            let reply = await client.reply(to: ClickText.post(try ClickText.signed()))
            #expect(reply.hasPrefix("HTTP/1.1 403 ") && reply.hasSuffix("\r\nContent-Length: 0\r\n\r\n"))
            #expect(await client.reply(to: ClickText.get("/healthz")).hasPrefix("HTTP/1.1 200 "))
            await client.close()
        }
        #expect(
            lines.all.filter {
                $0.contains("a reason of the test's") && $0.contains("127.0.0.1") && $0.contains("xc4bexnho78i3fe6d45jxozfbw")
            }.count == 1)
    }

    @Test("A signed click that has expired reaches the decision too, because the person needs an explanation")
    func expired() async throws {
        try await RunningServer.with(decide: { click in
            Array("{\"expired\":\(click.action.binding.map { $0.expires < TestSigner.now } ?? false)}".utf8)
        }) { server in
            let client = try await server.client()
            let reply = await client.reply(to: ClickText.post(try ClickText.signed(expired: true)))
            #expect(reply.hasPrefix("HTTP/1.1 200 ") && reply.hasSuffix(#"{"expired":true}"#))
            await client.close()
        }
    }

    @Test("Past the limit of decisions at once a person is asked to try again, with 200, and each such click is logged")
    func busy() async throws {
        var limits = CallbackServer.Limits()
        limits.failureRate.burst = 1
        let lines = LogLines()
        limits.maxDecisions = 2
        let held = HeldDecision()
        try await RunningServer.with(
            limits: limits, logger: lines.logger,
            decide: held.decide
        ) { server in
            var waiting: [RawClient] = []
            for _ in 0..<2 {
                let client = try await server.client()
                client.send(ClickText.post(try ClickText.signed()))
                await held.begun()
                waiting.append(client)
            }
            let third = try await server.client()
            for _ in 0..<3 {
                let reply = await third.reply(to: ClickText.post(try ClickText.signed()))
                #expect(reply.hasPrefix("HTTP/1.1 200 ") && reply.contains("try again"))
            }
            let forged = await third.reply(to: ClickText.post(try ClickText.signed().replacing("approve", with: "deny")))
            #expect(forged.hasPrefix("HTTP/1.1 403 "))
            await third.close()
            let told = lines.all.filter { $0.contains("no more can be decided at once") && $0.contains("127.0.0.1") }
            #expect(told.count == 3 && told.allSatisfy { $0.contains("claimed_user_id") && $0.contains("request_id") })
            for client in waiting {
                held.end()
                #expect(await client.replies(1).first?.hasSuffix("{}") == true)
                await client.close()
            }
        }
    }

    @Test("Replies come in the order of the requests, also behind a slow decision")
    func order() async throws {
        let held = HeldDecision()
        try await RunningServer.with(decide: held.decide) { server in
            let client = try await server.client()
            client.send(ClickText.post(try ClickText.signed()) + ClickText.get("/healthz") + ClickText.get("/nowhere"))
            await held.begun()
            client.send(ClickText.get("/readyz"))
            held.end()
            let replies = await client.replies(4)
            #expect(replies.map { String($0.dropFirst(9).prefix(3)) } == ["200", "200", "404", "200"])
            #expect(replies.first?.hasSuffix("{}") == true)
            #expect(replies.last?.hasSuffix(#"{"status":"ready"}"#) == true)
            await client.close()
        }
    }

    @Test("A decision outlives its connection, and its late reply goes to no other connection")
    func gone() async throws {
        let held = HeldDecision()
        try await RunningServer.with(decide: held.decide) { server in
            let client = try await server.client()
            client.send(ClickText.post(try ClickText.signed()))
            await held.begun()
            await client.close()
            held.end()
            await held.ended()
            let next = try await server.client()
            #expect(await next.reply(to: ClickText.get("/healthz")).hasSuffix(#"{"status":"ok"}"#))
            await next.close()
        }
    }

    @Test("When a decision takes too long the person is told so, and its own answer is dropped")
    func late() async throws {
        var limits = CallbackServer.Limits()
        limits.reply = .milliseconds(30)
        let held = HeldDecision()
        try await RunningServer.with(
            limits: limits,
            decide: held.decide
        ) { server in
            let client = try await server.client()
            let reply = await client.reply(to: ClickText.post(try ClickText.signed()))
            #expect(reply.hasPrefix("HTTP/1.1 200 ") && reply.contains("longer than usual"))
            held.end()
            #expect(await client.reply(to: ClickText.get("/healthz")).hasSuffix(#"{"status":"ok"}"#))
            await client.close()
        }
    }
}
