import Access
import Sandbox
import Testing

@testable import Watcher

@Suite("The watch on access monitoring rules", .timeLimit(.minutes(1)))
struct RuleWatchTests {
    /// Runs a second watcher beside that of the test, with a watch on rules.
    private func watching(
        version: String, permissions: Set<AuthPermission> = AuthPermission.rules,
        _ body: @escaping @Sendable (AuthUnderTest, Observer<WatchEvent>) async throws -> Void
    ) async throws {
        try await AuthUnderTest.run { server in
            server.version = version
            server.permissions["access-plugin-mattermost"]?.formUnion(permissions)
        } _: { test in
            let events = Observer<WatchEvent>()
            let client = TeleportClient(configuration: test.client.configuration, logger: test.client.logger)
            let watcher = WatcherService(client: client, logger: test.client.logger, watchesRules: true) { events.record($0) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                defer { group.cancelAll() }
                group.addTask { try await watcher.run() }
                _ = try await events.first { $0 == .connected }
                try await body(test, events)
            }
        }
    }

    @Test("Its beginning and every change of a rule are reported, and those of requests as ever")
    func changes() async throws {
        try await watching(version: "15.0.0") { test, events in
            try await events.count(1) { $0 == .rulesChanged }
            test.auth.setRule(AuthRule("a", condition: "true", recipients: []))
            try await events.count(2) { $0 == .rulesChanged }
            test.auth.deleteRule("a")
            try await events.count(3) { $0 == .rulesChanged }
            let id = test.auth.createRequest(user: "alice", roles: ["dev"])
            _ = try await events.first { if case .changed(let changed, _) = $0 { changed.rawValue == id } else { false } }
            #expect(test.auth.ruleWatchers == 1)
        }
    }

    @Test("A watch that the server cuts is opened again")
    func reopened() async throws {
        try await watching(version: "18.1.0") { test, events in
            try await events.count(1) { $0 == .rulesChanged }
            test.auth.faults.cutWatches()
            try await events.count(2) { $0 == .rulesChanged }
        }
    }

    @Test("An older server is not asked for it, and a role without the right loses nothing else")
    func without() async throws {
        for (version, permissions) in [("14.9.9", AuthPermission.rules), ("18.0.0", [])] {
            try await watching(version: version, permissions: permissions) { test, events in
                let id = test.auth.createRequest(user: "alice", roles: ["dev"])
                _ = try await events.first { if case .changed(let changed, _) = $0 { changed.rawValue == id } else { false } }
                #expect(test.auth.ruleWatchers == 0)
                #expect(!events.items.contains(.rulesChanged))
                #expect(test.client.status.denials.isEmpty)
            }
        }
    }
}
