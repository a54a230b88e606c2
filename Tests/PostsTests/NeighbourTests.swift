import Access
import Mattermost
import PluginTestSupport
import Sandbox
import Testing

@testable import Posts

@Suite("Two clusters with one bot in one channel", .timeLimit(.minutes(1)))
struct NeighbourTests {
    private func post(_ id: RequestID, of cluster: String?, _ rig: Rig) async throws -> PostReference {
        let subject = Subject(requestID: id, user: "erin", roles: ["dba"], reason: "")
        let botID = try await rig.environment.recipients.botID()
        return try await rig.chat.createPost(
            Card(subject, status: .pending, cluster: cluster), in: Rig.channel, pendingPostID: "\(botID):\(id)-\(cluster ?? "")"
        )
    }

    @Test("Another cluster's open card is left alone by sweeps of both kinds, and by looks", arguments: ["other.example", nil])
    func foreign(cluster: String?) async throws {
        try await Rig.with { rig in
            let theirs = try #require(RequestID("00000000-0000-4000-8000-000000000001"))
            let ours = try #require(RequestID("00000000-0000-4000-8000-000000000002"))
            let foreign = try await post(theirs, of: cluster, rig)
            _ = try await post(ours, of: "sandbox.example", rig)
            _ = try rig.request()
            let reconciler = Reconciler(rig.environment.posts, health: rig.health)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await reconciler.run() }
                try await Sweep(rig.environment.posts, reconciler)()
                try await ChannelSweep(rig.environment.posts, reconciler, clock: .continuous)()
                for await _ in rig.mattermost.world.bell.changes() where try rig.state(ofOnlyPostAbout: ours) == "expired" {
                    break
                }
                while !reconciler.isAtRest { await Task.yield() }
                group.cancelAll()
            }
            #expect(try await rig.chat.post(foreign)?.status == "pending")
            #expect(try rig.posts(about: theirs).first?.editAt == 0)
        }
    }

    @Test("A card names its cluster, and the cluster is shown once another's card was seen")
    func named() async throws {
        try await Rig.with { rig in
            let id = try rig.request()
            try await rig.reconcile(id)
            #expect(try rig.posts(about: id).first?.props["teleport"]?["cluster"]?.text == "sandbox.example")
        }
    }
}
