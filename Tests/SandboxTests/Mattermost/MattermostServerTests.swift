import TestSupport
import Testing

@testable import Sandbox

@Suite("The sandbox's Mattermost over HTTP")
struct MattermostServerTests {
    private let world: ChatWorld

    init() throws {
        var state = try ChatState.recorded()
        for account in state.accounts { state.tokens["token-of-\(account.username)"] = account.id }
        world = ChatWorld(state)
    }

    @Test(
        "Status, header names and body fields are the recorded ones",
        arguments: [
            "users_me", "user_by_id", "user_by_id_missing", "user_by_email", "user_by_email_missing", "user_by_username",
            "users_by_ids", "team_by_name", "team_by_name_missing", "channel_by_team_and_name",
            "channel_by_team_and_name_missing", "channel_member", "direct_channel_create", "ping", "ping_full",
            "client_config", "post_create", "post_create_bad_channel", "post_create_too_long", "post_update_missing",
            "post_ephemeral",
        ])
    func recorded(name: String) async throws {
        let exchange = try RecordedExchange(name)
        let request = try #require(exchange.json["request"])
        let answer = try await SandboxMattermost.withRunning(world: world) { server in
            var caller = try await MattermostCaller(server)
            // A caller that is logged in gets more fields than were recorded.
            if name == "client_config" { caller.token = nil }
            return try await caller.call(
                request["method"]?.text ?? "", request["path"]?.text ?? "", request["body"] == .null ? nil : request["body"])
        }
        #expect(answer.status == exchange.status)
        #expect(Self.fields(answer.json) == Self.fields(exchange.body))
        let unlike = Set(["Connection", "Date", "Content-Length", "Etag", "X-Request-Id"])
        for header in exchange.headers.members ?? [] {
            let value = answer.headers[header.name.lowercased()]
            if unlike.contains(header.name) { continue }
            #expect(value == header.value.text, "\(header.name)")
        }
        #expect((answer.headers["etag"] != nil) == (exchange.headers["Etag"] != nil))
        #expect(Identifier.isValid(answer.headers["x-request-id"] ?? ""))
    }

    @Test("Only callers that are logged in are told whether addresses are shown")
    func showsAddresses() async throws {
        try await SandboxMattermost.withRunning(world: world) { server in
            for isShown in [true, false] {
                try server.world.change { state, _ throws(AppError) in state.showsEmail = isShown }
                var caller = try await MattermostCaller(server)
                let path = "/api/v4/config/client?format=old"
                #expect(try await caller.call("GET", path).json["ShowEmailAddress"]?.text == "\(isShown)")
                caller.token = nil
                #expect(try await caller.call("GET", path).json["ShowEmailAddress"] == nil)
            }
        }
    }

    @Test("A wrong token is refused as recorded, no token too")
    func badToken() async throws {
        let exchange = try RecordedExchange("users_me_bad_token")
        try await SandboxMattermost.withRunning(world: world) { server in
            for token in ["wrong", nil] {
                var caller = try await MattermostCaller(server)
                caller.token = token
                let answer = try await caller.call("GET", "/api/v4/users/me")
                #expect(answer.status == 401)
                #expect(answer.json["id"]?.text == exchange.text("id"))
                #expect(answer.json["request_id"]?.text == answer.headers["x-request-id"])
                #expect(answer.text.utf8.count == 186)
            }
        }
    }

    @Test("A client that has the post's Etag gets a 304; an escaped address is understood; an unknown page is a 404")
    func corners() async throws {
        try await SandboxMattermost.withRunning(world: world) { server in
            let caller = try await MattermostCaller(server)
            let etag = try await caller.call("GET", "/api/v4/users/me").headers["etag"] ?? ""
            #expect(try await caller.call("GET", "/api/v4/users/me", headers: ["If-None-Match": etag]).status == 304)
            #expect(try await caller.call("GET", "/api/v4/users/email/alice%40example.com").json["username"] == "alice")
            let missing = try await caller.call("GET", "/api/v4/nowhere")
            #expect(missing.status == 404 && missing.json["id"] == "api.context.404.app_error")
            #expect(try await caller.call("GET", "/api/v4/posts/short").status == 400)
            #expect(try await caller.call("GET", "/api/v4/config/client").status == 501)
        }
    }

    /// The names of all fields at any depth. In maps whose keys are ids only the values count.
    private static func fields(_ json: JSON) -> [String] {
        switch json {
        case .array(let elements): elements.flatMap { fields($0) }
        case .object(let members):
            members.flatMap { [$0.name] + fields($0.value) }.filter { !Identifier.isValid($0) }.sorted()
        default: []
        }
    }
}
