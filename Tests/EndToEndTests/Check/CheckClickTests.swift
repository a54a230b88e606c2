import Foundation
import Sandbox
import TestSupport
import Testing
import TriggerSigning

@Suite("The built plugin's check with a click", .serialized, .timeLimit(.minutes(2)))
struct CheckClickTests {
    @Test("The check names the person who presses the test button, and removes the post")
    func pressed() async throws {
        try await Stage.with { stage in
            let process = try stage.startCheck(["--click"])
            let post = try await stage.testPost()
            #expect(post.attachment?["actions"]?.elements?.map { $0["name"]?.text } == ["It works"])
            #expect(try await stage.click("approve", on: post, as: "bob").contains("it works"))
            #expect(try await process.exitCode() == 0)
            let line = try await process.line(containing: "✓ click: ")
            #expect(line.contains("@bob") && line.contains("Mattermost's signature proves"))
            try await process.line(containing: "✓ edit own posts: ")
            try await process.line(containing: "✓ delete own posts: ")
            #expect(try stage.mattermost.world.read { $0.posts.count } == 0)
            #expect(stage.auth.auditLog.isEmpty)
        }
    }

    @Test("The button can be sent to a person, and in JSON the click is the last step")
    func person() async throws {
        try await Stage.with { stage in
            let process = try stage.startCheck(["--click", "--channel", "carol@example.com", "--json"])
            let post = try await stage.testPost()
            _ = try await stage.click("approve", on: post, as: "carol")
            #expect(try await process.exitCode() == 0)
            // The line that asks to press the button is for the person who waits. It is on standard error, and not part of the
            // JSON.
            let lines = process.state.value.lines.filter { !$0.hasPrefix("… ") }
            let object = try #require(CheckResult(code: 0, lines: lines).object)
            let steps = try #require(object["steps"] as? [[String: String]])
            #expect(steps.last?["name"] == "click")
            #expect(steps.last?["detail"]?.contains("@carol") == true)
        }
    }

    @Test("If the click never comes, the check names the typical causes and removes the post")
    func noClick() async throws {
        try await Stage.with { stage in
            let result = try await stage.check("--click", "--wait", "1")
            #expect(result.code == 1)
            #expect(result.failures.map(\.name) == ["click"])
            #expect(result.failures.first?.mend.contains("AllowedUntrustedInternalConnections") == true)
            #expect(try stage.mattermost.world.read { $0.posts.count } == 0)
        }
    }

    @Test("An edit or a deletion that fails is a step of its own, and a post that is left is removed at the end")
    func ownPosts() async throws {
        try await Stage.with { stage in
            stage.mattermost.faults.inject(.internalError, path: "/patch", method: "PUT")
            stage.mattermost.faults.inject(.internalError, path: "/api/v4/posts/", method: "DELETE")
            let result = try await stage.check("--click", "--wait", "1")
            #expect(result.failures.map(\.name) == ["edit own posts", "delete own posts", "click"])
            #expect(result.failures.first?.detail.contains("PUT /api/v4/posts/") == true)
            #expect(try stage.mattermost.world.read { $0.posts.count } == 0)
        }
    }

    @Test("Signals end the wait at once, and the post is removed", arguments: [SIGINT, SIGTERM])
    func interrupted(_ signal: Int32) async throws {
        try await Stage.with { stage in
            let process = try stage.startCheck(["--click"])
            _ = try await stage.testPost()
            process.send(signal)
            #expect(try await process.exitCode() == 130)
            #expect(process.state.value.lines.last == "Interrupted.")
            #expect(!process.state.value.lines.contains { $0.hasPrefix("✗") })
            #expect(try stage.mattermost.world.read { $0.posts.count } == 0)
        }
    }

    @Test("A post whose creation was never confirmed is found and removed")
    func lostAnswer() async throws {
        try await Stage.with { stage in
            // libcurl repeats a call once if a connection that it kept ends without an answer. So one failed call needs two
            // lost answers.
            stage.mattermost.faults.inject(.loseAnswer, path: "/api/v4/posts", method: "POST", times: 2)
            let result = try await stage.check("--click", "--wait", "5")
            #expect(result.failures.map(\.name) == ["click"])
            #expect(result.failures.first?.detail.contains("POST /api/v4/posts") == true)
            #expect(try stage.mattermost.world.read { $0.posts.count } == 0)
        }
    }

    @Test("Nothing is posted where the bot could not remove it again")
    func notInvited() async throws {
        try await Stage.with { stage in
            try stage.removeBotFromChannels()
            let result = try await stage.check("--click")
            #expect(result.failures.map(\.name) == ["membership acme/access-requests", "click"])
            #expect(try stage.mattermost.world.read { $0.posts.count } == 0)
        }
    }

    @Test("A forged click is refused and reported, and not taken for the test's click")
    func forged() async throws {
        try await Stage.with { stage in
            let process = try stage.startCheck(["--click"])
            let post = try await stage.testPost()
            try stage.mattermost.signer.makeNewKey()
            #expect(try await stage.click("approve", on: post, as: "bob").contains("not proven"))
            #expect(try await process.exitCode() == 1)
            try await process.line(containing: "✗ click: the click arrived, but its proof")
        }
    }

    @Test("If the plugin is running it gets the callback, and the answer to the click asks to stop it")
    func running() async throws {
        try await Stage.with { stage in
            let plugin = try await stage.startPlugin()
            let result = try await stage.check("--click")
            #expect(result.lines.contains { $0.hasPrefix("✓ callback URL: ") && $0.contains("the plugin that runs") })
            #expect(result.failures.map(\.name) == ["click"])
            #expect(result.failures.first?.mend.contains("Stop the plugin") == true)
            #expect(try stage.mattermost.world.read { $0.posts.count } == 0)
            #expect(try await plugin.stop() == 0)
        }
    }
}
