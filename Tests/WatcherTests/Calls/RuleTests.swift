import Access
import GRPCCore
import Sandbox
import Testing

@testable import Watcher

@Suite("Access monitoring rules in Teleport", .timeLimit(.minutes(1)))
struct RuleTests {
    private static let rule = AuthRule(
        "oncall", condition: "true", recipients: ["acme/oncall"],
        schedules: ["work": .init(zone: "Europe/Berlin", [.init("Monday", "09:00", "17:00")])])

    private func run(
        version: String = "18.0.0", permissions: Set<AuthPermission> = AuthPermission.rules, pageLimit: Int = 1000,
        server: @escaping @Sendable (inout SandboxAuth.Configuration) -> Void = { _ in },
        _ body: @escaping @Sendable (AuthUnderTest) async throws -> Void
    ) async throws {
        try await AuthUnderTest.run { configuration in
            (configuration.version, configuration.pageLimit) = (version, pageLimit)
            configuration.permissions["access-plugin-mattermost"]?.formUnion(permissions)
            server(&configuration)
        } _: { test in
            try await body(test)
        }
    }

    @Test("The rules that name this plugin are listed, with their schedules, over all pages")
    func list() async throws {
        try await run(pageLimit: 2) { test in
            test.auth.setRule(Self.rule)
            for number in 0..<4 { test.auth.setRule(AuthRule("n\(number)", condition: "false", recipients: [])) }
            test.auth.setRule(AuthRule("slack", condition: "true", recipients: ["x"], plugin: "slack"))
            test.auth.setRule(AuthRule("user", condition: "true", recipients: ["x"], subjects: ["user"]))
            let rules = try #require(try await test.client.monitoringRules())
            #expect(rules.map(\.name) == ["n0", "n1", "n2", "n3", "oncall"])
            let schedule = MonitoringRule.Schedule(
                timeZone: "Europe/Berlin", shifts: [.init(weekday: "Monday", start: "09:00", end: "17:00")])
            #expect(
                rules.last
                    == MonitoringRule(
                        name: "oncall", condition: "true", recipients: ["acme/oncall"], schedules: ["work": schedule]))
        }
    }

    @Test("An older server is not asked, and has no rules", arguments: ["7.3.2", "8.1.0", "14.3.33", "nonsense"])
    func older(version: String) async throws {
        try await run(version: version) { test in
            test.auth.faults.next(of: "ListAccessMonitoringRulesWithFilter", .answer(.internalError, "asked"))
            let rules = try await test.client.monitoringRules()
            #expect(rules == nil)
        }
    }

    @Test("A server of the right version that lacks the call has no rules")
    func unimplemented() async throws {
        try await run { test in
            test.auth.faults.next(of: "ListAccessMonitoringRulesWithFilter", .answer(.unimplemented, "unknown service"))
            let rules = try await test.client.monitoringRules()
            #expect(rules == nil)
        }
    }

    @Test("A denial names the rule to add, and is no problem of the connection")
    func denied() async throws {
        try await run(permissions: []) { test in
            let error = await #expect(throws: TeleportError.self) { try await test.client.monitoringRules() }
            #expect(error?.code == .permissionDenied)
            #expect(error?.mend?.contains("{resources: [access_monitoring_rule], verbs: [list]}") == true)
            #expect(test.client.status.denials.isEmpty)
            #expect(!test.log.items.contains { $0.hasPrefix("error ") })
        }
    }

    @Test("Traits are those since the last login, or else those that are stored with the user")
    func traits() async throws {
        try await run {
            $0.loginTraits = ["alice": ["team": ["a", "b"]]]
            $0.userTraits = ["alice": ["team": ["old"]], "bob": ["team": ["c"]]]
        } _: { test in
            let (alice, bob) = (try await test.client.traits(ofUser: "alice"), try await test.client.traits(ofUser: "bob"))
            #expect(alice == ["team": ["a", "b"]])
            #expect(bob == ["team": ["c"]])
            await #expect(throws: TeleportError.self) { try await test.client.traits(ofUser: "carol") }
        }
    }

    @Test("Labels are those of each resource; one that is not shown, or of another cluster, has none")
    func labels() async throws {
        try await run {
            $0.nodes = ["n1": "db-1"]
            $0.nodeLabels = ["n1": ["env": "prod"]]
            $0.applications = ["wiki": ["env": "test"]]
        } _: { test in
            let cluster = "sandbox.example"
            let labels = try await test.client.labels(of: [
                RequestedResource(cluster: cluster, kind: "node", name: "n1"),
                RequestedResource(cluster: cluster, kind: "node", name: "n2"),
                RequestedResource(cluster: "leaf.example", kind: "node", name: "n1"),
                RequestedResource(cluster: cluster, kind: "app", name: "wiki"),
            ])
            #expect(labels == [["env": "prod"], [:], [:], ["env": "test"]])
            await #expect(throws: TeleportError.self) {
                try await test.client.labels(of: [RequestedResource(cluster: cluster, kind: "db", name: "x")])
            }
        }
    }
}
