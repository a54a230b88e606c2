import Access
import Sandbox
import Testing

@testable import Watcher

@Suite("The look-up of users", .timeLimit(.minutes(1)))
struct UserSearchTests {
    private func run(
        version: String = "18.11.0", filters: Bool = true, page: Int = 1000,
        permissions: Set<AuthPermission> = AuthPermission.findingUsers,
        _ body: @escaping @Sendable (AuthUnderTest) async throws -> Void
    ) async throws {
        try await AuthUnderTest.run { server in
            (server.version, server.filtersUsersByTrait, server.pageLimit) = (version, filters, page)
            server.permissions = ["access-plugin-mattermost": permissions]
        } _: { test in
            test.auth.directory.users = [
                AuthUser("alice", traits: ["mm": ["a1"]]), AuthUser("bob", traits: ["mm": ["b1", "b2"]]),
                AuthUser("robot", traits: ["mm": ["b2"]], isBot: true), AuthUser("carol", traits: ["mm2": ["a1"]]),
            ]
            try await body(test)
        }
    }

    @Test(
        "Exactly the people with the value are found, whether or not the server knows the filter, over all pages",
        arguments: [(true, 1000), (false, 1000), (false, 1), (true, 1)])
    func exact(filters: Bool, page: Int) async throws {
        try await run(filters: filters, page: page) { test in
            func find(_ value: String) async throws -> [String] {
                try await test.client.users(.trait(name: "mm", value: value)).map(\.name)
            }
            let found = (try await find("a1"), try await find("b2"), try await find("b"))
            #expect(found == (["alice"], ["bob"], []))
            let named = (try await test.client.users(.named("bob")), try await test.client.users(.named("bo")))
            #expect(named == ([TeleportUser(name: "bob", traits: ["mm": ["b1", "b2"]])], []))
        }
    }

    @Test("In a cluster of one user nobody is found by a value that the user does not have")
    func onlyUser() async throws {
        try await run(filters: false) { test in
            test.auth.directory.users = [AuthUser("alice", traits: ["mm": ["a1"]])]
            let found = try await test.client.users(.trait(name: "mm", value: "b1"))
            #expect(found.isEmpty)
        }
    }

    @Test("A server without the call and a role without the rule are told apart", arguments: ["7.3.2", "8.1.0", "18.0.0"])
    func refused(version: String) async throws {
        try await run(version: version, permissions: AuthPermission.plugin) { test in
            do throws(TeleportError) {
                _ = try await test.client.users(.named("bob"))
                Issue.record("the call succeeded")
            } catch {
                let isNew = version == "18.0.0"
                #expect(error.code == (isNew ? .permissionDenied : .unimplemented))
                #expect(!isNew || error.mend?.contains("{resources: [user], verbs: [list, read]}") == true)
            }
        }
    }

    @Test("The permission is missed only where people are found by a trait", arguments: [true, false])
    func missed(isNeeded: Bool) async throws {
        try await AuthUnderTest.run(adjust: { $0.clicks.findUsersByTrait = isNeeded }) { test in
            try await test.events.count(1) { $0 == .connected }
            #expect(test.log.items.contains { $0.contains("the plugin's role lacks list, read on user;") } == isNeeded)
        }
    }
}
