import Access
import ActionCrypto
import Foundation
import Sandbox
import Testing

@Suite("Buttons that were made with an earlier configuration, with the built plugin", .serialized, .timeLimit(.minutes(1)))
struct SecretTests {
    private static let secret = #"secret = "a secret of the tests alone""#

    /// Replaces the line with the secret in the configuration by other lines.
    private func configure(_ stage: Stage, _ lines: String...) throws {
        let text = try String(contentsOfFile: stage.configuration, encoding: .utf8)
        #expect(text.contains(Self.secret))
        try text.replacing(Self.secret, with: lines.joined(separator: "\n"))
            .write(toFile: stage.configuration, atomically: true, encoding: .utf8)
    }

    @Test("After a new secret, buttons of the old one decide as long as it is among the previous ones")
    func rotated() async throws {
        try await Stage.with { stage in
            let first = try await stage.startPlugin()
            let (kept, lost) = (
                stage.auth.createRequest(user: "dave", roles: ["editor"]),
                stage.auth.createRequest(user: "erin", roles: ["editor"])
            )
            let keptPost = try await stage.post(about: kept, showing: "pending")
            let lostPost = try await stage.post(about: lost, showing: "pending")
            #expect(try await first.stop() == 0)

            // The posts keep their old buttons, because Mattermost refuses all edits.
            stage.mattermost.faults.inject(.internalError, path: "/patch", method: "PUT", times: 1_000_000)
            let new = #"secret = "a newer secret of the tests""#
            try configure(stage, new, #"previous_secrets = ["a secret of the tests alone"]"#)
            let second = try await stage.startPlugin()
            #expect(try await stage.click("approve", on: keptPost, as: "bob").hasPrefix("You approved"))
            #expect(try await second.stop() == 0)

            let text = try String(contentsOfFile: stage.configuration, encoding: .utf8)
            try text.replacing(#"previous_secrets = ["a secret of the tests alone"]"#, with: "")
                .write(toFile: stage.configuration, atomically: true, encoding: .utf8)
            let third = try await stage.startPlugin()
            await #expect(throws: AppError.self) { try await stage.click("approve", on: lostPost, as: "bob") }
            #expect(stage.auth.auditLog.count == 1)
            stage.mattermost.faults.clear()
            _ = try await stage.post(about: lost, after: lostPost)
            #expect(try await stage.click("approve", on: lostPost, as: "bob").hasPrefix("You approved"))
            #expect(try await third.stop() == 0)
        }
    }

    @Test("After a change of secret or public_addr open posts get new buttons, and a decided post stays as it is")
    func renewed() async throws {
        try await Stage.with { stage in
            let first = try await stage.startPlugin()
            let (open, decided) = (
                stage.auth.createRequest(user: "dave", roles: ["editor"]),
                stage.auth.createRequest(user: "erin", roles: ["editor"])
            )
            let openPost = try await stage.post(about: open, showing: "pending")
            _ = try await stage.post(about: decided, showing: "pending")
            try stage.auth.resolve(decided, .denied)
            _ = try await stage.post(about: decided, showing: "denied")
            #expect(try await first.stop() == 0)
            // A sweep in progress may have written it twice.
            let decidedPosts = try stage.posts(about: decided)

            try configure(stage, #"secret = "a newer secret of the tests""#)
            let second = try await stage.startPlugin()
            let renewed = try await stage.post(about: open, after: openPost)
            #expect(renewed.id == openPost.id)
            #expect(try stage.posts(about: decided) == decidedPosts)
            #expect(try await stage.click("approve", on: renewed, as: "bob").hasPrefix("You approved"))
            #expect(try await second.stop() == 0)
        }
    }

    /// Makes a post like the original plugin 0.2.0, and records it with the request.
    private func originalPost(_ stage: Stage, about id: String) throws -> ChatPost {
        let hmac = try HMACSHA256(key: Secret(Array("a secret of the tests alone".utf8)))
        let signature = Data(try hmac.authenticate(Array("approve/\(id)".utf8))).base64EncodedString()
        let post = try stage.mattermost.world.change { state, now throws(AppError) in
            let bot = try state.account(named: ChatState.botName)
            let channel = state.channels.first { $0.name == "access-requests" }
            let action: JSON = [
                "id": "approve", "name": "Approve", "type": "button",
                "integration": [
                    "url": .string("https://localhost:\(stage.callbackPort)/teleport/mattermost_action"),
                    "context": ["action": "approve", "req_id": .string(id), "signature": .string(signature)],
                ],
            ]
            let body: JSON = [
                "channel_id": .string(channel?.id ?? ""), "message": "",
                "props": ["attachments": [["text": "**Status**: PENDING", "actions": [action]]]],
            ]
            return try state.createPost(body, by: bot, now: now).post
        }
        let record = ["user": "dave", "roles": "editor", "post_id": post.id, "channel_id": post.channelID]
        try stage.auth.setPluginData(id, of: "mattermost", record)
        return post
    }

    @Test("A button of the original plugin decides only where its signatures are accepted", arguments: [false, true])
    func original(isAccepted: Bool) async throws {
        try await Stage.with { stage in
            let id = stage.auth.createRequest(user: "dave", roles: ["editor"])
            let post = try originalPost(stage, about: id)
            if isAccepted { try configure(stage, Self.secret, "accept_legacy_signatures = true") }
            let plugin = try await stage.startPlugin()
            if isAccepted {
                try await plugin.line(containing: "accept_legacy_signatures is true")
                #expect(try await stage.click("approve", on: post, as: "bob").hasPrefix("You approved"))
            } else {
                await #expect(throws: AppError.self) { try await stage.click("approve", on: post, as: "bob") }
            }
            #expect(stage.auth.auditLog.count == (isAccepted ? 1 : 0))
            #expect(try await plugin.stop() == 0)
        }
    }
}
