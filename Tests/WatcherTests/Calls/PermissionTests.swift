import Access
import Sandbox
import TestSupport
import Testing

@testable import Watcher

@Suite("Permissions withheld one by one", .timeLimit(.minutes(1)))
struct PermissionTests {
    private func withheld(
        _ verb: String, _ resource: String, _ body: @escaping @Sendable (AuthUnderTest) async throws -> Void
    ) async throws {
        try await AuthUnderTest.run(
            server: { $0.permissions["access-plugin-mattermost"]?.remove(AuthPermission(verb, resource)) }, body)
    }

    @Test(
        "Each is logged once as an error with the rule to add, and is a reason for not being ready",
        arguments: [
            ("list", "access_request"), ("read", "access_request"), ("update", "access_request"),
        ])
    func requests(verb: String, resource: String) async throws {
        try await withheld(verb, resource) { test in
            let rule = "add to spec.allow.rules of the plugin's role: - {resources: [\(resource)], verbs: [\(verb)]}"
            let line = try await test.log.first { $0.hasPrefix("error ") && $0.contains(rule) }
            #expect(line.contains("the plugin's role lacks \(verb) on \(resource)"))
            #expect(test.client.status.denials.contains { $0.message.contains(rule) })
            test.auth.faults.cutConnections()
            try await test.events.count(1) { if case .disconnected = $0 { true } else { false } }
            #expect(test.log.items.count { $0.contains("the plugin's role lacks") } == 1)
        }
    }

    @Test("Plugin data may be allowed by either resource; if both are withheld, both are named", arguments: ["read", "update"])
    func pluginData(verb: String) async throws {
        try await AuthUnderTest.run(
            server: {
                $0.permissions["access-plugin-mattermost"]?.remove(AuthPermission(verb, "access_plugin_data"))
                $0.permissions["access-plugin-mattermost"]?.remove(AuthPermission("update", "access_request"))
            }
        ) { test in
            let lacking = verb == "update" ? "{resources: [access_plugin_data], verbs: [update]}" : "verbs: [update]}"
            _ = try await test.log.first { $0.hasPrefix("error ") && $0.contains(lacking) }
        }
    }

    @Test("Reading users is missed only where reviews are submitted on behalf of users", arguments: [true, false])
    func users(isNeeded: Bool) async throws {
        try await AuthUnderTest.run(adjust: { $0.clicks.reviewForUsers = isNeeded }) { test in
            try await test.events.count(1) { $0 == .connected }
            let rule =
                "the plugin's role lacks read on user; add to spec.allow.rules of the plugin's role: - {resources: [user], "
            #expect(test.log.items.contains { $0.contains(rule) } == isNeeded)
            #expect(test.client.status.denials.isEmpty != isNeeded)
        }
    }

    @Test("The error of a missing permission shows the rule to add, as the guides do")
    func words() {
        let message =
            "access denied to perform action \"list\" on \"user_group\", access denied to perform action \"read\" on \"user_group\""
        #expect(StatusMessage.lackingPermissions(message) == [RolePermission("user_group", ["list", "read"])])
        #expect(
            RolePermission.mend(StatusMessage.lackingPermissions(message))
                == "add to spec.allow.rules of the plugin's role: - {resources: [user_group], verbs: [list, read]}")
        #expect(
            StatusMessage.lackingPermissions("access denied to perform action \"update\" on \"access_request\"")
                == [RolePermission("access_request", ["update"])])
        #expect(StatusMessage.lackingPermissions("perform action \"x\\\"y\" on \"a b\" perform action \"").isEmpty)
        #expect(RolePermission.mend([]) == nil)
    }

    @Test(
        "On newer servers all pages of the list are read",
        arguments: [("15.4.0", 7), ("17.0.1", 1), ("13.0.0", 1000), ("7.3.2", 1000)])
    func pages(version: String, page: Int) async throws {
        try await AuthUnderTest.run(server: { ($0.version, $0.pageLimit) = (version, page) }) { test in
            var ids: Set<String> = []
            for _ in 0..<20 { ids.insert(test.auth.createRequest(user: "alice", roles: ["dba"])) }
            let found = try await test.client.requests()
            #expect(Set(found.map(\.id.rawValue)) == ids)
            #expect(found.count == 20)
            let id = try #require(RequestID(ids.first ?? ""))
            let one = try await test.client.request(id)
            #expect(one?.id == id)
        }
    }
}
