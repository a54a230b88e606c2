import Foundation
import Sandbox
import Testing

@Suite("Reviews, with the built plugin", .serialized, .timeLimit(.minutes(1)))
struct ReviewTests {
    private static let plugin = "access-plugin-mattermost"

    @Test("Two of three approve by buttons and one with tsh: the card counts, the threads tell each, the last one decides")
    func twoOfThree() async throws {
        try await Stage.with(configure: {
            ($0.reviewers, $0.submitsForUsers) = (["bob.t", "carol.t"], [Self.plugin: ["*"]])
            $0.permissions = [Self.plugin: AuthPermission.reviewing]
        }) { stage in
            try stage.addSettings("[approvals]\nmethod = \"review\"\n[approvals.users]\nbob = \"bob.t\"\ncarol = \"carol.t\"\n")
            let plugin = try await stage.startPlugin()
            let id = stage.auth.createRequest(user: "dave", roles: ["editor"], thresholds: [AuthThreshold(approve: 3, deny: 1)])
            let post = try await stage.post(about: id, showing: "pending")
            _ = try await stage.post(about: id, status: "⏳ PENDING · 0 of 3 approvals")
            let words = try await stage.click("approve", on: post, as: "bob")
            #expect(words == "Your approval is counted, and the request is still pending: 1 of 3 approvals.")
            let one = try await stage.post(about: id, status: "⏳ PENDING · 1 of 3 approvals")
            #expect(one.attachment?["actions"]?.elements?.count == 2)
            #expect(try await stage.click("deny", on: post, as: "bob").hasPrefix("You have already reviewed"))

            try stage.auth.review(id, by: "tess", .approved, reason: "by @tsh")
            _ = try await stage.post(about: id, status: "⏳ PENDING · 2 of 3 approvals")
            #expect(try await stage.click("approve", on: post, as: "carol").hasPrefix("You approved"))
            let decided = try await stage.post(about: id, showing: "approved")
            #expect(decided.field("Status")?.contains("by @carol") == true)
            #expect(decided.attachment?["actions"]?.elements?.isEmpty != false)
            let replies = try await stage.replies(about: id, count: 3)
            #expect(zip(replies, ["bob.t", "tess", "carol.t"]).allSatisfy { $0.message.contains("by `\($1)`") })
            #expect(replies[1].message.hasSuffix("\n`by @tsh`"))
            #expect(try stage.posts(about: id).count == 1)
            #expect(try await plugin.stop() == 0)
            #expect(try stage.replies(about: id).count == 3)
        }
    }

    @Test("Without buttons a post links to the web UI where it shows requests, and otherwise shows the tsh commands")
    func links() async throws {
        for isEnterprise in [true, false] {
            try await Stage.with(configure: {
                ($0.proxyAddress, $0.advancedAccessWorkflows) = ("teleport.example.com:443", isEnterprise)
            }) { stage in
                try stage.addSettings("[approvals]\nbuttons = false\n")
                let plugin = try await stage.startPlugin()
                let id = stage.auth.createRequest(user: "dave", roles: ["editor"])
                let post = try await stage.post(about: id, showing: "pending")
                let link = post.attachment?["title_link"]?.text ?? ""
                #expect(link == (isEnterprise ? "https://teleport.example.com/web/requests/\(id)" : ""))
                #expect((post.field("Review") == nil) == isEnterprise)
                #expect(try await plugin.stop() == 0)
            }
        }
    }

    @Test("On a server without reviews the person is told, and the request stays open for others")
    func refused() async throws {
        try await Stage.with { stage in
            try stage.addSettings("[approvals]\nmethod = \"review\"\nreview_as_plugin = true\n")
            let plugin = try await stage.startPlugin()
            let id = stage.auth.createRequest(user: "dave", roles: ["editor"])
            let post = try await stage.post(about: id, showing: "pending")
            for person in ["bob", "carol"] {
                let words = try await stage.click("approve", on: post, as: person)
                #expect(words.hasPrefix("Teleport does not take reviews from this plugin, so nothing was decided."))
            }
            #expect(stage.auth.pluginData(id)["mattermost"]?["decision"] == nil)
            #expect(stage.auth.auditLog.isEmpty)
            #expect(try stage.post(about: id).attachment?["actions"]?.elements?.count == 2)
            #expect(try await plugin.stop() == 0)
        }
    }
}

/// The debug binary ends itself right after the named write succeeded. The next start must put things right.
@Suite("Killed while a review is being told", .timeLimit(.minutes(2)))
struct ReviewKillTests {
    @Test("The review is told once, and the card counts it", arguments: ["claim:2", "reply", "replied", "update", "progress"])
    func replying(_ write: String) async throws {
        try await Stage.with { stage in
            let dying = try PluginProcess(
                ["start", "--config", stage.configuration], environment: [KillPointTests.variable: write], build: .debug)
            try await dying.isReady()
            // Nothing is counted on the card before the first review, because one approval is enough. The first review is a
            // denial.
            let id = stage.auth.createRequest(user: "dave", roles: ["editor"], thresholds: [AuthThreshold(approve: 1, deny: 9)])
            _ = try await stage.post(about: id, showing: "pending")
            try await stage.isRecorded(id)
            try stage.auth.review(id, by: "ana", .denied, reason: "no")
            #expect(try await dying.exitCode() == SIGKILL)
            // By the time of the next start the server no longer remembers the `pending_post_id` of the reply.
            try stage.mattermost.world.change { state, _ in state.forgetPendingPosts() }
            let plugin = try await stage.startPlugin()
            _ = try await stage.post(about: id, status: "⏳ PENDING · 0 of 1 approval, 1 denial")
            _ = try await stage.replies(about: id, count: 1)
            for await _ in stage.auth.bell.changes() {
                let data = stage.auth.pluginData(id)[KillPointTests.plugin] ?? [:]
                if data["review_replies"]?.hasSuffix("=1") == true, data["claim"] == nil { break }
            }
            #expect(try stage.replies(about: id).count == 1)
            #expect(try stage.posts(about: id).count == 1)
            #expect(try await plugin.stop() == 0)
        }
    }

    @Test("With a review made and not answered, the request can be decided by the next person")
    func review() async throws {
        try await Stage.with(configure: { $0.reviewers = ["access-plugin-mattermost"] }) { stage in
            try stage.addSettings("[approvals]\nmethod = \"review\"\nreview_as_plugin = true\n")
            let dying = try PluginProcess(
                ["start", "--config", stage.configuration], environment: [KillPointTests.variable: "review"], build: .debug)
            try await dying.isReady()
            let id = stage.auth.createRequest(user: "dave", roles: ["editor"], thresholds: [AuthThreshold(approve: 2, deny: 1)])
            let post = try await stage.post(about: id, showing: "pending")
            try await stage.isRecorded(id)
            _ = try? await stage.click("approve", on: post, as: "bob")
            #expect(try await dying.exitCode() == SIGKILL)
            let plugin = try await stage.startPlugin()
            _ = try await stage.replies(about: id, count: 1)
            for await _ in stage.auth.bell.changes() {
                if stage.auth.pluginData(id)[KillPointTests.plugin]?["decision"] == nil { break }
            }
            #expect(try await stage.click("approve", on: post, as: "carol").hasPrefix("This plugin has already reviewed"))
            #expect(stage.auth.request(id)?.reviews.count == 1)
            #expect(try await plugin.stop() == 0)
        }
    }
}

extension Stage {
    func post(about id: String) throws -> ChatPost {
        guard let post = try posts(about: id).first else { throw NoSuchThing(what: "post about \(id)") }
        return post
    }

    /// Waits until the post shows exactly this status.
    func post(about id: String, status: String) async throws -> ChatPost {
        for await _ in mattermost.world.bell.changes() {
            if let post = try posts(about: id).first, post.field("Status") == status { return post }
        }
        throw NoSuchThing(what: "post about \(id) with \(status)")
    }

    func replies(about id: String) throws -> [ChatPost] {
        try mattermost.world.read { $0.posts }.filter { $0.props["teleport_reply"]?["request_id"]?.text == id }
    }

    /// Waits until there are at least `count` replies, and returns them.
    func replies(about id: String, count: Int) async throws -> [ChatPost] {
        for await _ in mattermost.world.bell.changes() {
            let replies = try replies(about: id)
            if replies.count >= count { return replies }
        }
        throw NoSuchThing(what: "replies about \(id)")
    }

    fileprivate func isRecorded(_ id: String) async throws {
        for await _ in auth.bell.changes() {
            if auth.pluginData(id)[KillPointTests.plugin]?["messages"]?.isEmpty == false { return }
        }
    }
}
