import Access
import Foundation
import TestSupport
import Testing

@testable import Mattermost

@Suite(.timeLimit(.minutes(1))) struct MattermostClientTests {
    @Test("The bot is known from its token")
    func me() async throws {
        try await replaying("users_me") { server, client, exchange in
            let user = try await client.me()
            #expect(user == ChatUser(id: bot, username: "teleport", email: "teleport@localhost", isBot: true))
            #expect(server.requests.map(\.path) == [exchange.path])
            #expect(server.requests.first?.header("Authorization") == "Bearer \(token)")
        }
    }

    @Test("A person is known from the id")
    func user() async throws {
        try await replaying("user_by_id") { server, client, exchange in
            let user = try await client.user("xc4bexnho78i3fe6d45jxozfbw")
            #expect(user == ChatUser(id: "xc4bexnho78i3fe6d45jxozfbw", username: "alice", email: "alice@example.com"))
            #expect(server.requests.map(\.path) == [exchange.path])
        }
    }

    @Test(
        "The server's clock is known from its answers, and implausible times are ignored",
        arguments: [
            (300, 300), (-300, -300), (1, 0), (0, 0), (90_000, 0),
        ])
    func clock(ahead: Int, told: Int) async throws {
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.timeZone = TimeZone(identifier: "GMT")
        format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        let began = ContinuousClock.now
        let date = "Date: \(format.string(from: Date().addingTimeInterval(Double(ahead))))"
        try await FaultyServer.run { _ in
            .send(answer(#"{"status":"OK"}"#, headers: [date]))
        } _: { server in
            let client = try makeClient(server.url)
            try await client.ping()
            let difference = client.clockDifference - .seconds(told)
            // The date is one of whole seconds, and it ages until the answer is read.
            #expect(difference >= began - .now - .seconds(1) && difference <= .seconds(1))
        }
    }

    @Test("The key that proves clicks is in the configuration that the server gives its clients")
    func clickerKey() async throws {
        try await replaying("client_config") { server, client, exchange in
            let key = try await client.clickerKey()
            #expect(key?.hasPrefix("MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE") == true)
            #expect(server.requests.map(\.path) == [exchange.path])
        }
        for body in [#"{"Version":"4.0"}"#, #"{"AsymmetricSigningPublicKey":"","Version":"4.0"}"#] {
            try await FaultyServer.run { _ in
                .send(answer(body))
            } _: { server in
                let key = try await makeClient(server.url).clickerKey()
                #expect(key == nil)
            }
        }
    }

    @Test("An answer that is no server's configuration is not taken to say that there is no key")
    func noConfiguration() async throws {
        try await FaultyServer.run { _ in
            .send(answer("{}"))
        } _: { server in
            let client = try makeClient(server.url)
            let error = try await failure { () throws(MattermostError) in _ = try await client.clickerKey() }
            #expect(error.code == .malformed)
        }
    }

    @Test("Guests, deactivated people and hidden addresses are recognized")
    func userFlags() async throws {
        let body = #"{"id":"a","username":"g","roles":"system_guest x","delete_at":5}"#
        try await FaultyServer.run { _ in
            .send(answer(body))
        } _: { server in
            let user = try await makeClient(server.url).user("a")
            #expect(user == ChatUser(id: "a", username: "g", email: "", isGuest: true, isDeleted: true))
        }
    }

    @Test(
        "An account of which the server does not say whether it is a guest's or deactivated is an error",
        arguments: [#""delete_at":0"#, #""roles":"system_user""#, #""roles":null,"delete_at":0"#])
    func incomplete(_ members: String) async throws {
        try await FaultyServer.run { _ in
            .send(answer(#"{"id":"a","username":"g",\#(members)}"#))
        } _: { server in
            let client = try makeClient(server.url)
            let error = try await failure { () throws(MattermostError) in try await client.user("a") }
            #expect(error.code == .malformed)
        }
    }

    @Test("A channel is found by the slugs of its team and itself")
    func namedChannel() async throws {
        try await replaying("channel_by_team_and_name") { server, client, exchange in
            let found = try await client.channel(team: "team-name", channel: "channel-name")
            #expect(found.id == channel && found.name == "channel-name" && found.displayName == "Approvals")
            #expect(found.lastPost.milliseconds == 1_795_212_244_061 && found.kind == .open)
            #expect(server.requests.map(\.path) == [exchange.path])
        }
    }

    @Test("A person is found by e-mail address, and the channel to write to them")
    func directChannel() async throws {
        try await replaying("user_by_email") { server, client, exchange in
            let alice = try await client.user(emailed: "alice@example.com")
            #expect(alice.username == "alice")
            #expect(server.requests.map(\.path) == [exchange.path])
        }
        try await replaying("direct_channel_create") { server, client, exchange in
            let id = try await client.directChannelID(
                of: "tw4dd5b1mpfypk6qq3d7nf9pac", with: "xc4bexnho78i3fe6d45jxozfbw")
            #expect(id == "tgzmuwbejinfdm85831eyqe4ro")
            #expect(server.requests.map(\.path) == [exchange.path])
        }
    }

    @Test("The error of an unknown e-mail address names the address")
    func missingAddress() async throws {
        let missing = try Exchange("user_by_email_missing").bytes()
        try await FaultyServer.run { _ in
            .send(missing)
        } _: { server in
            let client = try makeClient(server.url)
            let error = try await failure { () throws(MattermostError) in
                try await client.user(emailed: "ghost@example.com")
            }
            #expect(error.code == .notFound && error.message.contains("no account has the address \"ghost@example.com\""))
        }
    }

    @Test("The health check takes the recorded answer")
    func ping() async throws {
        try await replaying("ping") { server, client, exchange in
            try await client.ping()
            #expect(server.requests.map(\.path) == [exchange.path])
        }
    }

    @Test("A server that reports a problem fails the health check")
    func unwell() async throws {
        try await FaultyServer.run { _ in
            .send(answer(#"{"status":"unhealthy"}"#))
        } _: { server in
            let client = try makeClient(server.url)
            let error = try await failure { () throws(MattermostError) in try await client.ping() }
            #expect(error.message.contains("unhealthy"))
        }
    }

    @Test("A new post has everything that the recorded request has, and the plugin's own")
    func createPost() async throws {
        try await replaying("post_create") { server, client, exchange in
            let card = try makeCard()
            let post = try await client.createPost(card, in: channel, pendingPostID: "\(bot):k1")
            #expect(post == reference)
            let request = try #require(server.requests.first)
            #expect((request.method, request.path) == (exchange.method, exchange.path))
            let sent = try object(request.body)
            var recorded = exchange.requestBody
            let props = try #require(recorded["props"] as? [String: Any])
            var attachment = try #require((props["attachments"] as? [[String: Any]])?.first)
            // The recorded card has this, and the plugin's card does not.
            attachment["text"] = nil
            attachment["fallback"] = card.fallback
            recorded["props"] = ["attachments": [attachment]]
            #expect(isContained(recorded, in: sent))
            let ours = try #require(sent["props"] as? [String: Any])
            #expect(ours["from_bot"] as? String == "true")
            #expect(isContained(["request_id": card.requestID.rawValue, "state": "pending"], in: ours["teleport"]))
            let actions = (ours["attachments"] as? [[String: Any]])?.first?["actions"] as? [[String: Any]]
            #expect(actions?.map { $0["type"] as? String } == ["button", "button"])
        }
    }

    @Test("An update replaces the props and sends the message and from_bot again")
    func updatePost() async throws {
        try await replaying("post_patch") { server, client, exchange in
            let card = try makeCard(.approved(.init(by: "bob", at: Timestamp(milliseconds: 1_795_212_356_425))))
            try await client.updatePost(reference, to: card)
            let request = try #require(server.requests.first)
            #expect((request.method, request.path) == (exchange.method, exchange.path))
            let sent = try object(request.body)
            #expect(Set(sent.keys) == ["message", "props"])
            #expect(sent["message"] as? String == "")
            let props = try #require(sent["props"] as? [String: Any])
            #expect(Set(props.keys) == ["attachments", "from_bot", "teleport"])
            let attachment = try #require((props["attachments"] as? [[String: Any]])?.first)
            #expect(Set(attachment.keys) == ["fallback", "color", "title", "fields"])
            let fields = try #require(attachment["fields"] as? [[String: Any]])
            #expect(fields.map { $0["title"] as? String } == card.fields.map(\.title))
            #expect(fields.map { $0["value"] as? String } == card.fields.map(\.value))
            #expect(fields.map { $0["short"] as? Bool } == card.fields.map(\.isShort))
        }
    }

    @Test("The recorded post without the plugin's own mark is a post without a request")
    func post() async throws {
        try await replaying("post_get") { server, client, exchange in
            let found = try await client.post(reference)
            #expect(found?.reference == reference && found?.requestID == nil && found?.status == nil && found?.cluster == nil)
            #expect(found?.hasButtons == true && found?.created == Timestamp(milliseconds: 1_795_212_356_425))
            #expect(server.requests.map(\.path) == [exchange.path])
        }
    }

    @Test("Every recorded answer of an error becomes its code, with the server's words")
    func recordedErrors() async throws {
        let codes: [(String, MattermostError.Code)] = [
            ("users_me_bad_token", .unauthorized), ("post_create_bad_channel", .forbidden),
            ("post_update_missing", .forbidden), ("user_by_id_missing", .notFound), ("post_ephemeral", .forbidden),
            ("rate_limited", .rateLimited(retryAfter: 1)), ("post_create_too_long", .status(400)),
            ("user_by_email_missing", .notFound), ("team_by_name_missing", .notFound),
        ]
        for (name, code) in codes {
            try await replaying(name) { _, client, exchange in
                let error = try await failure { () throws(MattermostError) in try await client.me() }
                #expect(error.code == code, "\(name)")
                #expect(error.message.hasPrefix("Mattermost GET /api/v4/users/me: \(exchange.status) \""))
                let words = exchange.responseBody["message"] as? String ?? "limit exceeded"
                #expect(error.message.contains(words.prefix(200)), "\(error)")
            }
        }
    }

    @Test("Every recorded answer with a user, a channel, a team or a post decodes")
    func everyFixture() throws {
        for file in try Fixtures.names(in: "mattermost-5.37") where file.hasSuffix(".json") {
            let exchange = try Exchange(String(file.dropLast(5)))
            guard (200...299).contains(exchange.status) else { continue }
            let bytes = [UInt8](try JSONSerialization.data(withJSONObject: exchange.responseBody))
            switch exchange.name {
            case let name where name.hasPrefix("user_by") || name == "users_me":
                _ = try JSON.decode(UserAnswer.self, from: bytes)
            case let name where name.hasPrefix("channel_by") || name.hasPrefix("direct_channel"):
                _ = try JSON.decode(ChannelAnswer.self, from: bytes)
            case "team_by_name": _ = try JSON.decode(TeamAnswer.self, from: bytes)
            case "posts_in_channel": #expect(PostListAnswer(bytes)?.posts.count == 2)
            case let name where name.hasPrefix("post_") && name != "post_ephemeral" && name != "post_click_source":
                #expect(PostAnswer(bytes) != nil)
            case let name where name.hasPrefix("ping"): #expect(try JSON.decode(StatusAnswer.self, from: bytes).status == "OK")
            default: break
            }
        }
    }
}
