import Sandbox
import Testing

@Suite("From a request to a decision, with the built plugin", .serialized, .timeLimit(.minutes(1)))
struct DecisionTests {
    @Test("A request is posted, a click decides it in Teleport, and the post says who did", arguments: ["approve", "deny"])
    func click(_ button: String) async throws {
        try await Stage.with { stage in
            let plugin = try await stage.startPlugin()
            let id = stage.auth.createRequest(user: "dave", roles: ["editor", "dba"], reason: "fix `prod` @all")
            let post = try await stage.post(about: id, showing: "pending")
            #expect(post.field("Reason") == "`fix ’prod’ @all`")
            #expect(post.field("Status") == "⏳ PENDING")
            #expect(post.attachment?["actions"]?.elements?.count == 2)

            let words = try await stage.click(button, on: post, as: "bob")
            let state = button == "approve" ? "approved" : "denied"
            #expect(words == "You \(state) the request of `dave` for `editor, dba`.")
            let decided = try await stage.post(about: id, showing: state)
            #expect(decided.field("Status")?.contains("\(state.uppercased()) by @bob") == true)
            #expect(decided.attachment?["actions"]?.elements?.isEmpty != false)
            #expect(decided.props["from_bot"]?.text == "true")

            let entry = try #require(stage.auth.auditLog.first)
            #expect(stage.auth.auditLog.count == 1)
            #expect(entry.state == (button == "approve" ? .approved : .denied))
            #expect(entry.delegator == "mattermost:bob@example.com")
            #expect(entry.caller == "access-plugin-mattermost")
            #expect(try stage.posts(about: id).count == 1)
            #expect(try await plugin.stop() == 0)
        }
    }

    @Test("A second click is told who decided, and changes nothing")
    func secondClick() async throws {
        try await Stage.with { stage in
            let plugin = try await stage.startPlugin()
            let id = stage.auth.createRequest(user: "dave", roles: ["editor"])
            let post = try await stage.post(about: id, showing: "pending")
            async let first = stage.click("approve", on: post, as: "bob")
            async let second = stage.click("deny", on: post, as: "carol")
            let words = try await [first, second]
            #expect(words.filter { $0.hasPrefix("You ") }.count == 1)
            #expect(words.contains { $0.contains("right now") || $0.contains("was already") })
            #expect(stage.auth.auditLog.count == 1)
            #expect(try await plugin.stop() == 0)
        }
    }

    @Test("A request resolved with tctl updates its post, and one that is removed is marked expired")
    func resolvedElsewhere() async throws {
        try await Stage.with { stage in
            let plugin = try await stage.startPlugin()
            let approved = stage.auth.createRequest(user: "dave", roles: ["editor"])
            let removed = stage.auth.createRequest(user: "erin", roles: ["editor"])
            _ = try await stage.post(about: approved, showing: "pending")
            _ = try await stage.post(about: removed, showing: "pending")
            try stage.auth.resolve(approved, .approved)
            #expect(try await stage.post(about: approved, showing: "approved").field("Status")?.contains(" by ") == false)
            stage.auth.delete(removed)
            let expired = try await stage.post(about: removed, showing: "expired")
            #expect(expired.field("Status") == "⌛ EXPIRED")
            #expect(expired.field("User") == "`erin`")
            #expect(try await plugin.stop() == 0)
        }
    }

    @Test("Everything that happened while the plugin was stopped is handled at its start")
    func catchUp() async throws {
        try await Stage.with { stage in
            let first = try await stage.startPlugin()
            let denied = stage.auth.createRequest(user: "dave", roles: ["editor"])
            let removed = stage.auth.createRequest(user: "erin", roles: ["editor"])
            _ = try await stage.post(about: denied, showing: "pending")
            _ = try await stage.post(about: removed, showing: "pending")
            #expect(try await first.stop() == 0)

            let missed = stage.auth.createRequest(user: "frank", roles: ["editor"])
            try stage.auth.resolve(denied, .denied)
            stage.auth.delete(removed)
            let second = try await stage.startPlugin()
            _ = try await stage.post(about: missed, showing: "pending")
            _ = try await stage.post(about: denied, showing: "denied")
            _ = try await stage.post(about: removed, showing: "expired")
            for id in [missed, denied, removed] { #expect(try stage.posts(about: id).count == 1) }
            #expect(try await second.stop() == 0)
        }
    }

    @Test("Nothing is lost if a server is away at the start or goes away later")
    func outages() async throws {
        try await Stage.with { stage in
            await stage.mattermost.stop()
            try await stage.auth.stop()
            let plugin = try PluginProcess(["start", "--config", stage.configuration])
            try await plugin.line(containing: "No watch on Teleport")
            try await plugin.line(containing: "health check failed")
            let early = stage.auth.createRequest(user: "dave", roles: ["editor"])
            try await stage.auth.start()
            try await stage.mattermost.start()
            _ = try await stage.post(about: early, showing: "pending")

            stage.mattermost.faults.inject(.loseAnswer, path: "/api/v4/posts", method: "POST", times: 2)
            let doubled = stage.auth.createRequest(user: "erin", roles: ["editor"])
            _ = try await stage.post(about: doubled, showing: "pending")
            try stage.auth.resolve(doubled, .approved)
            _ = try await stage.post(about: doubled, showing: "approved")
            #expect(try stage.posts(about: doubled).count == 1)

            try await stage.auth.restart()
            let late = stage.auth.createRequest(user: "frank", roles: ["editor"])
            _ = try await stage.post(about: late, showing: "pending")
            #expect(try await plugin.stop() == 0)
        }
    }
}
