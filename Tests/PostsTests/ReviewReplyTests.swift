import Access
import PluginTestSupport
import Sandbox
import Testing

@testable import Posts

@Suite("Reviews in the thread", .timeLimit(.minutes(1)))
struct ReviewReplyTests {
    private func request(_ rig: Rig, approve: Int = 3) throws -> RequestID {
        let id = rig.auth.createRequest(
            user: "dave", roles: ["editor"], thresholds: [AuthThreshold(approve: approve, deny: 5)])
        return try #require(RequestID(id))
    }

    private func replies(_ rig: Rig, _ id: RequestID) throws -> [ChatPost] {
        try rig.mattermost.world.read { $0.posts }.filter { $0.props["teleport_reply"]?["request_id"]?.text == id.rawValue }
    }

    private func status(_ rig: Rig, _ id: RequestID) throws -> String? {
        try rig.posts(about: id).first?.props["attachments"]?.elements?.first?["fields"]?.elements?
            .first { $0["title"]?.text == "Status" }?["value"]?.text
    }

    @Test("Each review is told once, in order, under the post, and the card counts")
    func each() async throws {
        try await Rig.with { rig in
            let id = try request(rig)
            try await rig.reconcile(id)
            #expect(try status(rig, id) == "⏳ PENDING · 0 of 3 approvals")
            try rig.auth.review(id.rawValue, by: "ana", .approved, reason: "fine @all")
            try await rig.reconcile(id)
            try rig.auth.review(id.rawValue, by: "bea", .denied)
            for _ in 0..<3 { try await rig.reconcile(id) }
            let replies = try replies(rig, id)
            #expect(replies.count == 2)
            #expect(replies.first?.message.hasPrefix("✅ Reviewed: APPROVED by `ana` · ") == true)
            #expect(replies.first?.message.hasSuffix("\n`fine @all`") == true)
            #expect(replies.last?.message.hasPrefix("❌ Reviewed: DENIED by `bea`") == true)
            #expect(try replies.allSatisfy { $0.rootID == (try rig.posts(about: id).first?.id) })
            #expect(try status(rig, id) == "⏳ PENDING · 1 of 3 approvals, 1 denial")
            let buttons = try rig.posts(about: id).first?.props["attachments"]?.elements?.first?["actions"]?.elements
            #expect(buttons?.count == 2)
            #expect(rig.data(of: id)["claim"] == nil)
        }
    }

    @Test("The review that decides is told too")
    func deciding() async throws {
        try await Rig.with { rig in
            let id = try request(rig, approve: 1)
            try await rig.reconcile(id)
            try rig.auth.review(id.rawValue, by: "ana", .approved)
            try await rig.reconcile(id)
            #expect(try rig.state(ofOnlyPostAbout: id) == "approved")
            #expect(try replies(rig, id).count == 1)
        }
    }

    @Test("A reply that was made and not recorded is found and not made again")
    func unrecorded() async throws {
        try await Rig.with { rig in
            let id = try request(rig)
            try await rig.reconcile(id)
            try rig.auth.review(id.rawValue, by: "ana", .approved)
            try await rig.reconcile(id)
            // This is the state after a crash between the reply and the record, more than half a minute ago.
            try rig.auth.setPluginData(id.rawValue, of: "mattermost", ["review_replies": ""])
            try rig.mattermost.world.change { state, _ in state.forgetPendingPosts() }
            try await rig.reconcile(id, as: rig.replica)
            #expect(try replies(rig, id).count == 1)
            #expect(rig.data(of: id)["review_replies"]?.hasSuffix("=1") == true)
        }
    }

    @Test("A second reply about the same review is removed")
    func doubled() async throws {
        try await Rig.with { rig in
            let id = try request(rig)
            try await rig.reconcile(id)
            try rig.auth.review(id.rawValue, by: "ana", .approved)
            try await rig.reconcile(id)
            let reply = try #require(try replies(rig, id).first)
            let bot = try #require(try rig.mattermost.world.read { $0.bot })
            try rig.mattermost.world.change { state, now throws(AppError) in
                let body: JSON = [
                    "channel_id": .string(reply.channelID), "root_id": .string(reply.rootID), "message": .string(reply.message),
                    "props": reply.props,
                ]
                _ = try state.createPost(body, by: bot, now: now)
            }
            try rig.auth.review(id.rawValue, by: "bea", .approved)
            try await rig.reconcile(id)
            #expect(try replies(rig, id).compactMap { $0.props["teleport_reply"]?["name"]?.text } == ["review-0", "review-1"])
        }
    }

    @Test("Replicas at once tell each review once")
    func replicas() async throws {
        try await Rig.with { rig in
            let id = try request(rig, approve: 9)
            try await rig.reconcile(id)
            for author in ["a", "b", "c"] { try rig.auth.review(id.rawValue, by: author, .approved) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 {
                    let replica = rig.replica
                    group.addTask { try await rig.reconcile(id, as: replica) }
                }
                try await group.waitForAll()
            }
            try await rig.reconcile(id)
            #expect(try replies(rig, id).count == 3)
        }
    }

    @Test("A post that a person removed gets no replies, and one whose reply fails is tried again")
    func failures() async throws {
        try await Rig.with { rig in
            let id = try request(rig)
            try await rig.reconcile(id)
            try rig.auth.review(id.rawValue, by: "ana", .approved)
            rig.mattermost.faults.inject(.internalError, path: "/api/v4/posts", times: 20)
            await #expect(throws: MattermostError.self) { try await rig.reconcile(id) }
            rig.mattermost.faults.clear()
            try await rig.reconcile(id, as: rig.replica)
            #expect(try replies(rig, id).count == 1)
            let gone = try request(rig)
            try await rig.reconcile(gone)
            let post = try #require(try rig.posts(about: gone).first)
            try rig.mattermost.world.change { state, _ in state.deletePost(post.id) }
            try rig.auth.review(gone.rawValue, by: "ana", .approved)
            try await rig.reconcile(gone)
            #expect(try replies(rig, gone).isEmpty)
            #expect(rig.data(of: gone)["claim"] == nil)
        }
    }

    @Test("At most fifty reviews are told")
    func bounded() async throws {
        try await Rig.with { rig in
            let id = try request(rig, approve: 99)
            try await rig.reconcile(id)
            for number in 0..<55 { try rig.auth.review(id.rawValue, by: "r\(number)", .approved) }
            for _ in 0..<5 where try replies(rig, id).count < 50 { try await rig.reconcile(id) }
            try await rig.reconcile(id)
            #expect(try replies(rig, id).count == 50)
        }
    }
}
