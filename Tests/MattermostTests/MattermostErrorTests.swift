import Access
import TestSupport
import Testing

@testable import ActionCrypto
@testable import Mattermost

@Suite(.timeLimit(.minutes(1))) struct MattermostErrorTests {
    private func error(_ reaction: FaultyServer.Reaction, limit: Duration = .seconds(5)) async throws -> MattermostError {
        try await FaultyServer.run { _ in
            reaction
        } _: { server in
            let client = try makeClient(server.url, limit: limit)
            return try await failure { () throws(MattermostError) in try await client.me() }
        }
    }

    @Test("A refused edit says that the bot must be invited, by its name once that is known")
    func invite() async throws {
        let me = try Exchange("users_me").bytes()
        let refused = try Exchange("post_update_missing").bytes()
        try await FaultyServer.run {
            .send($0.path.hasSuffix("/me") ? me : refused)
        } _: { server in
            let client = try makeClient(server.url)
            let card = try makeCard()
            let before = try await failure { () throws(MattermostError) in try await client.updatePost(reference, to: card) }
            #expect(before.code == .forbidden)
            #expect(before.message.contains("must be a member of the channel: /invite @<bot>"))
            _ = try await client.me()
            let after = try await failure { () throws(MattermostError) in try await client.updatePost(reference, to: card) }
            #expect(after.message.contains("/invite @teleport"))
            #expect(after.message.contains("PUT /api/v4/posts/\(reference.postID)/patch"))
        }
    }

    @Test("A missing channel and a missing team are told apart")
    func missing() async throws {
        let noChannel = try Exchange("channel_by_team_and_name_missing").bytes()
        let noTeam = try Exchange("team_by_name_missing").bytes()
        let team = try Exchange("team_by_name").bytes()
        try await FaultyServer.run { request in
            let isTeam = !request.path.contains("/channels/")
            return .send(isTeam ? (request.path.hasSuffix("/nope") ? noTeam : team) : noChannel)
        } _: { server in
            let client = try makeClient(server.url)
            let channel = try await failure { () throws(MattermostError) in
                try await client.channel(team: "t", channel: "c")
            }
            #expect(channel.code == .notFound && channel.message.contains("The channel \"c\" is not in the team \"t\""))
            let team = try await failure { () throws(MattermostError) in
                try await client.channel(team: "nope", channel: "c")
            }
            #expect(team.code == .notFound && team.message.contains("The team \"nope\" is not there"))
        }
    }

    @Test(
        "Names that are no slugs and texts that are no ids are never sent",
        arguments: ["Town Square", "", "../x", "a/b", "a%2Fb", "ü"])
    func injection(name: String) async throws {
        try await FaultyServer.run { _ in
            .drop
        } _: { server in
            let client = try makeClient(server.url)
            let errors = [
                try await failure { () throws(MattermostError) in try await client.channel(team: name, channel: "c") },
                try await failure { () throws(MattermostError) in try await client.channel(team: "t", channel: name) },
                try await failure { () throws(MattermostError) in try await client.user(name) },
                try await failure { () throws(MattermostError) in
                    try await client.cards(in: name, by: bot, from: nil)
                },
            ]
            #expect(errors.allSatisfy { $0.code == .notFound && $0.isDefinite })
            #expect(errors[0].message.contains("town-square, not Town Square"))
            #expect(server.requests.isEmpty)
        }
    }

    @Test(
        "After a 429 the pause is as long as the server says, within limits",
        arguments: [
            ("7", 7), ("0", 1), ("-3", 1), ("99999999999999999999", 1), ("86400", 3600), ("Fri, 01 Jan 2027 00:00:00 GMT", 1),
        ])
    func rateLimit(header: String, seconds: Int) async throws {
        let bytes = answer("limit exceeded\n", status: 429, type: "text/plain", headers: ["Retry-After: \(header)"])
        let found = try await error(.send(bytes))
        #expect(found.code == .rateLimited(retryAfter: seconds))
        #expect(found.message.contains("429 \"limit exceeded"))
    }

    @Test("A proxy's page is not taken for an answer")
    func html() async throws {
        let page = "<html><body>Sign in</body></html>"
        let signIn = try await error(.send(answer(page, type: "text/html")))
        #expect(signIn.code == .malformed && signIn.message.contains("[mattermost] url leads to Mattermost"))
        let gateway = try await error(.send(answer(page, status: 502, type: "text/html")))
        #expect(gateway.code == .status(502) && gateway.message.contains("text/html"))
        let notThere = try await error(.send(answer(page, status: 404, type: "text/html")))
        #expect(notThere.code == .notFound && notThere.message.contains("sub-path"))
        #expect(!signIn.message.contains("<html>") && !gateway.message.contains("<html>"))
    }

    @Test(
        "JSON of another shape than the answer is malformed",
        arguments: [
            "{}", "[]", "null", "", "{\"id\":1,\"username\":2}", "{\"id\":\"a\"", String(repeating: "[", count: 1 << 20),
        ])
    func wrongJSON(body: String) async throws {
        #expect(try await error(.send(answer(body))).code == .malformed)
    }

    @Test("A redirect is reported and not followed")
    func redirect() async throws {
        let found = try await error(.send(answer("", status: 301, headers: ["Location: https://elsewhere/\(token)"])))
        #expect(found.code == .status(301))
        #expect(found.message.contains("https://elsewhere/<redacted>") && found.message.contains("final address"))
    }

    @Test("A server that repeats the token, in any place, does not get it into an error")
    func echo() async throws {
        let json = #"{"id":"\#(token)","message":"Bearer \#(token)"}"#
        for status in [400, 401, 403, 404, 500] {
            _ = try await error(.send(answer(json, status: status, headers: ["X: \(token)"])))
            _ = try await error(.send(answer(token, status: status, type: "text/plain")))
            _ = try await error(.send(answer(token, status: status, type: token)))
        }
        _ = try await error(.send(answer(json)))
        _ = try await error(.sendAndClose([UInt8](token.utf8)))
    }

    @Test("A long message of many lines is cut to one")
    func longMessage() async throws {
        let json = #"{"id":"x","message":"\#(String(repeating: #"a\n\u001b[31m"#, count: 5000))"}"#
        let found = try await error(.send(answer(json, status: 400)))
        #expect(found.message.utf8.count < 400)
        #expect(!found.message.unicodeScalars.contains { $0.properties.generalCategory == .control })
    }

    @Test("No answer, half of one and a shutdown are told apart")
    func network() async throws {
        let late = try await error(.stall, limit: .milliseconds(80))
        #expect(late.code == .unreachable && late.message.contains("no whole answer in 0.08 seconds"))
        let half = try await error(.sendAndClose(answer("{\"id\":").dropLast(1)))
        #expect(half.code == .unreachable && half.message.contains("Check [mattermost] url"))
        let client = try makeClient("http://127.0.0.1:1")
        #expect(try await failure { () throws(MattermostError) in try await client.me() }.code == .unreachable)
        client.shutdown()
        #expect(try await failure { () throws(MattermostError) in try await client.me() }.code == .cancelled)
    }

    @Test("A cancelled task's call is cancelled")
    func cancelled() async throws {
        try await FaultyServer.run { _ in
            .stall
        } _: { server in
            let client = try makeClient(server.url, limit: .seconds(60))
            let task = Task { try await failure { () throws(MattermostError) in try await client.me() }.code }
            var arrivals = server.arrivals.makeAsyncIterator()
            _ = await arrivals.next()
            task.cancel()
            #expect(try await task.value == .cancelled)
        }
    }

    @Test("A certificate of an unknown authority is refused with what to do; one of a configured authority is accepted")
    func certificates() async throws {
        let certificates = try Certificates.shared()
        let context = try TLSContext.server(identity: certificates.listener, alpn: ["http/1.1"])
        let me = try Exchange("users_me").bytes()
        try await FaultyServer.run(tls: context) { _ in
            .send(me)
        } _: { server in
            let trusting = try makeClient(server.url, caFile: certificates.path("callback-ca.crt"))
            for _ in 0..<10 { #expect(try await trusting.me().id == bot) }
            #expect(server.accepted == 1)
            let client = try makeClient(server.url)
            let found = try await failure { () throws(MattermostError) in try await client.me() }
            #expect(found.code == .unreachable && found.message.contains("update-ca-certificates"), "\(found)")
            #expect(server.requests.count == 10)
        }
    }

    @Test("A token that cannot stand in a header is refused", arguments: ["", "a b", "a\r\nX: y", "ä"])
    func badToken(token: String) throws {
        let configuration = MattermostClient.Configuration(url: try ServerURL("http://h"), token: Secret(token))
        #expect(throws: MattermostError.self) { try MattermostClient(configuration) }
    }
}
