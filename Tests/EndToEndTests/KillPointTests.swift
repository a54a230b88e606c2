import Foundation
import Sandbox
import Testing

/// The debug binary ends itself, as by `kill -9`, right after the named write succeeded. The next start must put things right.
/// A dead replica's claim is respected for 15 s, so these tests run side by side.
@Suite("Killed right after an external write", .timeLimit(.minutes(2)))
struct KillPointTests {
    static let variable = "TELEPORT_MATTERMOST_KILL_AFTER"
    static let plugin = "mattermost"

    @Test(
        "If killed while posting, the request has one post in the end, which then shows the decision",
        arguments: ["claim", "post", "record"])
    func posting(_ write: String) async throws {
        try await Stage.with { stage in
            let dying = try await stage.startDying(after: write)
            let id = stage.auth.createRequest(user: "dave", roles: ["editor"])
            #expect(try await dying.exitCode() == SIGKILL)
            let plugin = try await stage.startPlugin()
            let data = try await stage.pluginData(of: id) { $0["messages"]?.isEmpty == false && $0["claim"] == nil }
            let post = try await stage.post(about: id, showing: "pending")
            #expect(data["messages"] == "\(post.channelID)/\(post.id)")
            let words = try await stage.click("approve", on: post, as: "bob")
            #expect(words.hasPrefix("You approved"))
            try await stage.expectDecidedOnce(id, "approved", by: "bob")
            #expect(try await plugin.stop() == 0)
        }
    }

    @Test("If killed while a decision is being shown, the post is right in the end", arguments: ["update", "settle"])
    func showing(_ write: String) async throws {
        try await Stage.with { stage in
            let dying = try await stage.startDying(after: write)
            let id = stage.auth.createRequest(user: "dave", roles: ["editor"])
            _ = try await stage.post(about: id, showing: "pending")
            _ = try await stage.pluginData(of: id) { $0["messages"]?.isEmpty == false }
            try stage.auth.resolve(id, .denied)
            #expect(try await dying.exitCode() == SIGKILL)
            let plugin = try await stage.startPlugin()
            _ = try await stage.pluginData(of: id) { $0["resolution"] == "DENIED" }
            _ = try await stage.post(about: id, showing: "denied")
            #expect(try stage.posts(about: id).count == 1)
            #expect(try await plugin.stop() == 0)
        }
    }

    @Test("If killed with a decision claimed and not made, the next person can decide")
    func decision() async throws {
        try await Stage.with { stage in
            let dying = try await stage.startDying(after: "decision")
            let id = stage.auth.createRequest(user: "dave", roles: ["editor"])
            let post = try await stage.post(about: id, showing: "pending")
            await #expect(throws: AppError.self) { try await stage.click("approve", on: post, as: "bob") }
            #expect(try await dying.exitCode() == SIGKILL)
            // The next process ends itself too, right after it released the claim of the first.
            let releasing = try await stage.startDying(after: "release")
            #expect(try await releasing.exitCode() == SIGKILL)
            let plugin = try await stage.startPlugin()
            #expect(try await stage.click("deny", on: post, as: "carol").hasPrefix("You denied"))
            try await stage.expectDecidedOnce(id, "denied", by: "carol")
            #expect(try await plugin.stop() == 0)
        }
    }

    @Test("If killed with a decision made and not answered, the post shows who made it, and nobody can make another")
    func decide() async throws {
        try await Stage.with { stage in
            let dying = try await stage.startDying(after: "decide")
            let id = stage.auth.createRequest(user: "dave", roles: ["editor"])
            let post = try await stage.post(about: id, showing: "pending")
            _ = try? await stage.click("approve", on: post, as: "bob")
            #expect(try await dying.exitCode() == SIGKILL)
            let plugin = try await stage.startPlugin()
            try await stage.expectDecidedOnce(id, "approved", by: "bob")
            #expect(try await plugin.stop() == 0)
        }
    }

    @Test("If killed right after removing a second post, the first one stays")
    func remove() async throws {
        try await Stage.with { stage in
            let first = try await stage.startPlugin()
            let id = stage.auth.createRequest(user: "dave", roles: ["editor"])
            let post = try await stage.post(about: id, showing: "pending")
            _ = try await stage.pluginData(of: id) { $0["messages"]?.isEmpty == false }
            #expect(try await first.stop() == 0)
            try stage.doublePost(post)
            let dying = try await stage.startDying(after: "remove")
            #expect(try await dying.exitCode() == SIGKILL)
            let plugin = try await stage.startPlugin()
            #expect(try await stage.click("approve", on: post, as: "bob").hasPrefix("You approved"))
            try await stage.expectDecidedOnce(id, "approved", by: "bob")
            #expect(try await plugin.stop() == 0)
        }
    }
}

extension Stage {
    /// Starts the debug binary, which ends itself after the write.
    fileprivate func startDying(after write: String) async throws -> PluginProcess {
        let plugin = try PluginProcess(
            ["start", "--config", configuration], environment: [KillPointTests.variable: write], build: .debug)
        try await plugin.isReady()
        return plugin
    }

    /// Waits until the plugin data of the request satisfies `fits`, and returns it.
    fileprivate func pluginData(of id: String, where fits: ([String: String]) -> Bool) async throws -> [String: String] {
        for await _ in auth.bell.changes() {
            let data = auth.pluginData(id)[KillPointTests.plugin] ?? [:]
            if fits(data) { return data }
        }
        throw NoSuchThing(what: "such plugin data of \(id)")
    }

    fileprivate func expectDecidedOnce(_ id: String, _ state: String, by username: String) async throws {
        let post = try await self.post(about: id, showing: state)
        #expect(post.field("Status")?.contains("by @\(username)") == true)
        #expect(post.attachment?["actions"]?.elements?.isEmpty != false)
        #expect(try posts(about: id).count == 1)
        #expect(auth.auditLog.map(\.delegator) == ["mattermost:\(username)@example.com"])
    }

    /// Posts a second time about the same request, as a replica does that was frozen while another one posted.
    fileprivate func doublePost(_ post: ChatPost) throws {
        let bot = try mattermost.world.read { $0.bot }
        guard let bot else { throw NoSuchThing(what: "the bot") }
        let body: JSON = ["channel_id": .string(post.channelID), "message": .string(post.message), "props": post.props]
        try mattermost.world.change { state, now throws(AppError) in _ = try state.createPost(body, by: bot, now: now) }
    }
}
