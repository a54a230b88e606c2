import Access
import ActionCrypto
import Foundation
import TestSupport
import Testing
import TriggerSigning

@testable import Sandbox

@Suite("A reason from a dialog, with the built plugin", .serialized, .timeLimit(.minutes(1)))
struct ReasonDialogTests {
    private func submit(_ stage: Stage, _ dialog: ChatDialog, _ post: ChatPost, as username: String, reason: String)
        async throws -> JSON
    {
        let userID = try stage.mattermost.world.read { state throws(AppError) in try state.account(named: username).id }
        return try await stage.mattermost.clicker.submit(
            [
                "url": .string(dialog.url), "callback_id": "deny", "state": dialog.dialog["state"] ?? "",
                "submission": ["reason": .string(reason)], "channel_id": .string(post.channelID), "team_id": "",
            ], by: userID)
    }

    /// Sends a dialog's submission straight to the callback, as anybody who can reach the port may do. Returns the status and
    /// the body.
    private func post(_ stage: Stage, _ ticket: DialogTicket, reason: String) async throws -> (Int, String) {
        let signer = try ActionSigner(secret: Secret(Array("a secret of the tests alone".utf8)))
        let body: JSON = [
            "type": "dialog_submission", "callback_id": "approve", "state": .string(try signer.seal(ticket)),
            "user_id": .string(ticket.userID), "channel_id": .string(ticket.channelID), "team_id": "",
            "submission": ["reason": .string(reason)],
        ]
        let url = "https://localhost:\(stage.callbackPort)/mattermost_dialog"
        let answer = try await stage.mattermost.clicker.client.post(body.goEncoded, to: url)
        return (answer.status, String(decoding: answer.body, as: UTF8.self))
    }

    @Test("Whoever knows the signing secret can forge a dialog's state, but decides nothing with it")
    func leakedSecret() async throws {
        try await Stage.with { stage in
            try stage.addSettings("[approvals]\nask_reason = \"always\"\n")
            let plugin = try await stage.startPlugin()
            let id = stage.auth.createRequest(user: "dave", roles: ["editor"])
            let card = try await stage.post(about: id, showing: "pending")
            let bob = try stage.mattermost.world.read { state throws(AppError) in try state.account(named: "bob").id }
            var ticket = DialogTicket(
                requestID: try #require(RequestID(id)), decision: .approve, userID: bob, channelID: card.channelID,
                postID: card.id, cluster: Certificates.cluster, issued: Timestamp(milliseconds: stage.mattermost.world.now),
                trigger: nil)
            let foreign = try TriggerSigner().triggerID(
                clientID: "fi1rjwgkwtn6jpnnsgbgubh8po", userID: bob, at: stage.mattermost.world.now)
            for trigger in [nil, "x", foreign] {
                ticket.trigger = trigger.map { Secret($0) }
                let (status, body) = try await post(stage, ticket, reason: "because")
                #expect(status == 403 && body.isEmpty)
            }
            #expect(stage.auth.auditLog.isEmpty)
            ticket.trigger = Secret(
                try stage.mattermost.signer.triggerID(
                    clientID: "fi1rjwgkwtn6jpnnsgbgubh8po", userID: bob, at: stage.mattermost.world.now))
            #expect(try await post(stage, ticket, reason: "because") == (200, "{}"))
            #expect(stage.auth.auditLog.map(\.reason) == ["because"])
            #expect(try await plugin.stop() == 0)
        }
    }

    @Test("A denial asks for a reason, which goes to Teleport and the post; a state in other hands decides nothing")
    func deny() async throws {
        try await Stage.with { stage in
            try stage.addSettings("[approvals]\nask_reason = \"on_deny\"\napprovers = [\"@bob\"]\n")
            let plugin = try await stage.startPlugin()
            let id = stage.auth.createRequest(user: "dave", roles: ["editor"])
            let post = try await stage.post(about: id, showing: "pending")
            #expect(try await stage.click("deny", on: post, as: "carol").contains("Who can: @bob"))
            #expect(try stage.mattermost.world.read { $0.dialogs }.isEmpty)
            _ = try await stage.click("deny", on: post, as: "bob")
            let dialog = try #require(try stage.mattermost.world.read { $0.dialogs }.first)
            #expect(stage.auth.auditLog.isEmpty)

            await #expect(throws: AppError.actionIntegration) {
                try await submit(stage, dialog, post, as: "carol", reason: "mine now")
            }
            var forged = dialog
            forged.dialog["state"] = .string((dialog.dialog["state"]?.text ?? "") + "A")
            await #expect(throws: AppError.actionIntegration) {
                try await submit(stage, forged, post, as: "bob", reason: "x")
            }
            let empty = try await submit(stage, dialog, post, as: "bob", reason: " ")
            #expect(empty["errors"]?["reason"]?.text == "Please give a reason.")
            #expect(stage.auth.auditLog.isEmpty)

            #expect(try await submit(stage, dialog, post, as: "bob", reason: "not today") == [:])
            let denied = try await stage.post(about: id, showing: "denied")
            #expect(denied.field("Decision's reason") == "`not today`")
            #expect(stage.auth.auditLog.map(\.reason) == ["not today"])
            let again = try await submit(stage, dialog, post, as: "bob", reason: "not today")
            #expect(again["error"]?.text?.contains("already denied") == true)
            #expect(stage.auth.auditLog.count == 1)
            #expect(!plugin.state.value.lines.contains { $0.contains(dialog.dialog["state"]?.text ?? "-") })
            #expect(try await plugin.stop() == 0)
        }
    }
}
