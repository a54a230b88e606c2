import Access
import PluginTestSupport
import Sandbox
import Testing

@testable import Posts

@Suite("A burst of requests", .timeLimit(.minutes(1)))
struct BurstTests {
    @Test("Hundreds of requests with failures among them are all posted and decided, and nothing about them stays in memory")
    func burst() async throws {
        try await Rig.with { rig in
            let reconciler = Reconciler(rig.environment.posts, health: rig.health)
            let ids = try (0..<200).map { _ in try rig.request() }
            rig.mattermost.faults.inject(.loseAnswer, path: "/api/v4/posts", method: "POST", times: 9)
            rig.mattermost.faults.inject(.internalError, path: "/api/v4/posts", method: "POST", times: 9)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await reconciler.run() }
                for id in ids { reconciler.look(at: id) }
                try await all(ids, show: "pending", reconciler, rig)
                for id in ids { try rig.auth.resolve(id.rawValue, .approved) }
                for id in ids { reconciler.look(at: id) }
                try await all(ids, show: "approved", reconciler, rig)
                group.cancelAll()
            }
        }
    }

    private func all(_ ids: [RequestID], show state: String, _ reconciler: Reconciler, _ rig: Rig) async throws {
        for await _ in rig.mattermost.world.bell.changes() {
            let posts = try rig.mattermost.world.read { $0.posts }
            if ids.allSatisfy({ id in posts.count { $0.shows(id, state) } == 1 }) { break }
        }
        while !reconciler.isAtRest { await Task.yield() }
        #expect(try rig.mattermost.world.read { $0.posts }.count { $0.props["teleport"] != nil } == ids.count)
    }
}

extension ChatPost {
    fileprivate func shows(_ id: RequestID, _ state: String) -> Bool {
        props["teleport"]?["request_id"]?.text == id.rawValue && props["teleport"]?["state"]?.text == state
    }
}
