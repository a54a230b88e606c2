import Foundation
import TestSupport
import Testing
import TriggerSigning

@testable import Sandbox

/// The attacker in these tests has everything that Mattermost's database holds, but not the server's private key.
@Suite("Clicks forged with a context from Mattermost's database", .serialized, .timeLimit(.minutes(1)))
struct ForgeryTests {
    /// Calls the callback as Mattermost does, with `trigger` as the proof of who clicked.
    private func call(_ stage: Stage, _ post: ChatPost, as username: String, trigger: String) async throws
        -> CallbackClient.Answer
    {
        let click = try stage.mattermost.world.read { state throws(AppError) in
            try state.click("approve", on: post.id, by: try state.account(named: username).id)
        }
        return try await stage.mattermost.clicker.client.post(click.body(triggerID: trigger).goEncoded, to: click.url)
    }

    private func trigger(_ stage: Stage, _ username: String, by signer: TriggerSigner? = nil, age: Int64 = 0) throws -> String {
        let user = try stage.mattermost.world.read { state throws(AppError) in try state.account(named: username).id }
        return try (signer ?? stage.mattermost.signer).triggerID(
            clientID: Identifier.make(), userID: user, at: stage.mattermost.world.now - age)
    }

    @Test("Without Mattermost's own proof of who clicked, a copied context decides nothing")
    func copied() async throws {
        try await Stage.with { stage in
            let plugin = try await stage.startPlugin()
            let id = stage.auth.createRequest(user: "dave", roles: ["editor"])
            let post = try await stage.post(about: id, showing: "pending")
            let forged = try ["", trigger(stage, "bob", by: TriggerSigner()), trigger(stage, "carol")]
            for trigger in forged {
                let answer = try await call(stage, post, as: "bob", trigger: trigger)
                #expect(answer.status == 403)
                #expect(answer.body.isEmpty)
            }
            for age in [Int64(180_000), -180_000] {
                let answer = try await call(stage, post, as: "bob", trigger: trigger(stage, "bob", age: age))
                #expect(answer.status == 200)
                #expect(String(decoding: answer.body, as: UTF8.self).contains("Nothing was decided"))
            }
            #expect(stage.auth.auditLog.isEmpty)
            let real = try trigger(stage, "bob")
            let first = try await call(stage, post, as: "bob", trigger: real)
            #expect(String(decoding: first.body, as: UTF8.self).contains("You approved"))
            let second = try await call(stage, post, as: "bob", trigger: real)
            #expect(second.body == first.body)
            #expect(stage.auth.auditLog.count == 1)
            #expect(!plugin.state.value.lines.contains { $0.contains(real) })
            #expect(try await plugin.stop() == 0)
        }
    }

    @Test("A real button copied into a post of one's own decides nothing, whoever really clicks it")
    func copiedButton() async throws {
        try await Stage.with { stage in
            let plugin = try await stage.startPlugin()
            let id = stage.auth.createRequest(user: "dave", roles: ["editor"])
            let post = try await stage.post(about: id, showing: "pending")
            let copy = try stage.mattermost.world.change { state, now throws(AppError) in
                let body: JSON = [
                    "channel_id": .string(post.channelID), "message": "",
                    "props": ["attachments": post.props["attachments"] ?? []],
                ]
                return try state.createPost(body, by: try state.account(named: "carol"), now: now).post
            }
            let words = try await stage.click("approve", on: copy, as: "carol")
            #expect(words == "The request has another post in this channel, so nothing was decided. Please decide there.")
            #expect(stage.auth.auditLog.isEmpty)
            #expect(try await stage.click("approve", on: post, as: "bob").hasPrefix("You approved"))
            #expect(try await plugin.stop() == 0)
        }
    }

    @Test("A Mattermost that offers no key ends the plugin at its start, with the setting's name")
    func noKey() async throws {
        try await Stage.with { stage in
            stage.mattermost.signer.offersKey = false
            let plugin = try PluginProcess(["start", "--config", stage.configuration])
            let line = try await plugin.line(containing: "teleport-mattermost: [approvals] require_clicker_proof is true")
            #expect(line.contains("offers no AsymmetricSigningPublicKey"))
            #expect(try await plugin.exitCode() == 78)
        }
    }
}
