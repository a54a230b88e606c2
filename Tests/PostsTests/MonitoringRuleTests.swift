import Access
import Clicks
import GRPCCore
import Logging
import MonitoringRules
import PluginTestSupport
import Sandbox
import Synchronization
import TestSupport
import Testing

@testable import Posts

/// A rig with Teleport 18, whose rules choose recipients, and the channels `oncall`, `sec` and `access-requests`.
enum RuleRig {
    static func with(
        permissions: Set<AuthPermission> = AuthPermission.rules,
        configure: (inout SandboxAuth.Configuration) -> Void = { _ in }, _ body: (Rig) async throws -> Void
    ) async throws {
        try await Rig.with(permissions: AuthPermission.plugin.union(permissions)) {
            $0.version = "18.0.0"
            configure(&$0)
        } _: { rig in
            try rig.addChannel("oncall", shown: "On Call")
            try rig.addChannel("sec", shown: "Security", with: ["carol", "teleport"])
            try await body(rig)
        }
    }
}

extension Rig {
    func keeper(
        _ service: (any RuleService)? = nil, logger: Logger? = nil, observe: @escaping Happening.Observe = Happening.unobserved
    ) -> RuleKeeper {
        let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        return RuleKeeper(
            service ?? ruleService, zone: { $0 == "UTC" ? .utc : nil }, health: health, logger: logger ?? silent,
            observe: observe)
    }

    /// Returns the plugin with the rules that Teleport has at this moment.
    func ruled(
        telling: [String] = ["acme/access-requests"], roles: [String: [String]] = [:],
        observe: @escaping Happening.Observe = Happening.unobserved
    ) async -> Environment {
        let keeper = keeper(observe: observe)
        _ = await keeper.refresh()
        return environment(telling: telling, roles: roles, monitoring: keeper)
    }
}

@Suite("Recipients that monitoring rules name", .timeLimit(.minutes(1)))
struct MonitoringRuleTests {
    private static let dev = #"access_request.spec.roles.contains("dev")"#

    @Test("Those of all matching rules, each once, take the place of the configured ones and of suggested reviewers")
    func replace() async throws {
        try await RuleRig.with { rig in
            rig.auth.setRule(AuthRule("b", condition: Self.dev, recipients: ["acme/oncall", "bob@example.com"]))
            rig.auth.setRule(AuthRule("a", condition: "true", recipients: ["acme/oncall"]))
            rig.auth.setRule(AuthRule("other", condition: "!\(Self.dev)", recipients: ["acme/sec"]))
            let environment = await rig.ruled()
            let id = try rig.request(roles: ["dev"], reviewers: ["carol@example.com"])
            #expect(try await rig.reconcile(id, as: environment) == .settled)
            #expect(try rig.told(id) == ["@bob", "oncall"])
            #expect(rig.data(of: id)[PluginRecord.Key.ruleRecipients] == "acme/oncall\t*\nbob@example.com\t*")
            try rig.auth.resolve(id.rawValue, .approved)
            #expect(try await rig.reconcile(id, as: environment) == .settled)
            #expect(try rig.posts(about: id).allSatisfy { $0.props["teleport"]?["state"]?.text == "approved" })
        }
    }

    @Test("Where no rule matches, the configured recipients and the suggested reviewers are told")
    func ordinary() async throws {
        try await RuleRig.with { rig in
            rig.auth.setRule(AuthRule("a", condition: Self.dev, recipients: ["acme/oncall"]))
            rig.auth.setRule(AuthRule("broken", condition: "no such thing", recipients: ["acme/oncall"]))
            rig.auth.setRule(AuthRule("text", condition: "\"true\"", recipients: ["acme/oncall"]))
            rig.auth.setRule(
                AuthRule("never", condition: "true", recipients: ["acme/oncall"], schedules: ["a": .init([])]))
            rig.auth.setRule(AuthRule("slack", condition: "true", recipients: ["acme/oncall"], plugin: "slack"))
            let environment = await rig.ruled()
            let id = try rig.request(roles: ["prod"], reviewers: ["carol@example.com"])
            #expect(try await rig.reconcile(id, as: environment) == .settled)
            #expect(try rig.told(id) == ["@carol", "access-requests"])
            #expect(rig.data(of: id)[PluginRecord.Key.ruleRecipients] == nil)
        }
    }

    @Test("A misspelt recipient does not keep the configured ones from being told, nor the rule's others")
    func misspelt() async throws {
        try await RuleRig.with { rig in
            rig.auth.setRule(AuthRule("a", condition: Self.dev, recipients: ["acme/oncal", "#oncall"]))
            let alone = try rig.request(roles: ["dev"])
            let environment = await rig.ruled()
            await #expect(throws: Hindrance.self) { try await rig.reconcile(alone, as: environment) }
            #expect(try rig.told(alone) == ["access-requests"])
            rig.auth.setRule(AuthRule("b", condition: Self.dev, recipients: ["acme/oncall"]))
            let later = await rig.ruled()
            let both = try rig.request(roles: ["dev"])
            await #expect(throws: Hindrance.self) { try await rig.reconcile(both, as: later) }
            #expect(try rig.told(both) == ["oncall"])
            // The first request keeps the recipients that it was posted to.
            await #expect(throws: Never.self) { try await rig.reconcile(alone, as: later) }
            #expect(try rig.told(alone) == ["access-requests"])
        }
    }

    @Test("Recipients are chosen once: neither a changed rule nor a replica without rules posts anywhere else")
    func once() async throws {
        try await RuleRig.with { rig in
            rig.auth.setRule(AuthRule("a", condition: "true", recipients: ["acme/oncall"]))
            let id = try rig.request(roles: ["dev"])
            try await rig.reconcile(id, as: await rig.ruled())
            rig.auth.setRule(AuthRule("a", condition: "true", recipients: ["acme/sec"]))
            for environment in [await rig.ruled(), rig.environment] {
                #expect(try await rig.reconcile(id, as: environment) == .settled)
                #expect(try rig.told(id) == ["oncall"])
            }
            // A sweep, too, regards the request as posted.
            let reconciler = Reconciler(await rig.ruled().posts, health: rig.health)
            try await Sweep(await rig.ruled().posts, reconciler)()
            #expect(reconciler.isAtRest)
        }
    }

    @Test("Traits and labels are looked up for the rules that ask about them")
    func lookUps() async throws {
        try await RuleRig.with {
            $0.loginTraits = ["dave": ["team": ["cloud"]]]
            $0.nodes = ["n1": "db", "n2": "web"]
            $0.nodeLabels = ["n1": ["env": "prod"], "n2": ["env": "test"]]
        } _: { rig in
            let labels = "access_request.spec.resource_labels_union[\"env\"].contains(\"prod\")"
            rig.auth.setRule(
                AuthRule("a", condition: "user.traits.team.contains(\"cloud\") && \(labels)", recipients: ["acme/oncall"]))
            let environment = await rig.ruled()
            for (node, told) in [("n1", "oncall"), ("n2", "access-requests")] {
                let resource = AuthResource(cluster: "sandbox.example", kind: "node", name: node)
                let id = try #require(
                    RequestID(rig.auth.createRequest(user: "dave", roles: ["dev"], resources: [resource])))
                #expect(try await rig.reconcile(id, as: environment) == .settled)
                #expect(try rig.told(id) == [told])
            }
        }
    }

    @Test("Traits that the role may not read are empty, and said so; any other failure leaves all rules aside")
    func failures() async throws {
        try await RuleRig.with(permissions: AuthPermission.rules.subtracting([AuthPermission("read", "user_login_state")])) {
            $0.loginTraits = ["dave": ["team": ["cloud"]]]
        } _: { rig in
            rig.auth.setRule(
                AuthRule("a", condition: "is_empty(user.traits[\"team\"])", recipients: ["acme/oncall"]))
            let ignored = Mutex<[RequestID]>([])
            let environment = await rig.ruled { happening in
                if case .ignoredRules(let id, _) = happening { ignored.withLock { $0.append(id) } }
            }
            let denied = try rig.request(roles: ["dev"])
            #expect(try await rig.reconcile(denied, as: environment) == .settled)
            #expect(try rig.told(denied) == ["oncall"])
            let note = try #require(rig.health.notes.first { $0.part == .rules }?.note)
            #expect(note.mend?.contains("user_login_state") == true)
            rig.auth.grant(AuthPermission("read", "user_login_state"))
            rig.auth.faults.next(of: "GetUserLoginState", .answer(.internalError, "broken"))
            let failed = try rig.request(roles: ["dev"])
            #expect(try await rig.reconcile(failed, as: environment) == .settled)
            #expect(try rig.told(failed) == ["access-requests"])
            // A user who is stored nowhere is such a failure as well.
            let unknown = try rig.request(user: "nobody", roles: ["dev"])
            #expect(try await rig.reconcile(unknown, as: environment) == .settled)
            #expect(try rig.told(unknown) == ["access-requests"])
            #expect(Set(ignored.withLock { $0 }) == [failed, unknown])
            let known = try rig.request(roles: ["dev"])
            #expect(try await rig.reconcile(known, as: environment) == .settled)
            #expect(try rig.told(known) == ["access-requests"])
            #expect(rig.health.notes.allSatisfy { $0.part != .rules })
        }
    }

    @Test("A member of a rule's channel may decide the roles that the rule names by themselves, and no others")
    func standing() async throws {
        try await RuleRig.with { rig in
            rig.auth.setRule(AuthRule("dev", condition: Self.dev, recipients: ["acme/oncall"]))
            rig.auth.setRule(
                AuthRule("prod", condition: #"access_request.spec.roles.contains("prod")"#, recipients: ["acme/sec"]))
            let environment = await rig.ruled()
            let both = try rig.request(roles: ["dev", "prod"])
            #expect(try await rig.reconcile(both, as: environment) == .settled)
            #expect(try rig.told(both) == ["oncall", "sec"])
            #expect(rig.data(of: both)[PluginRecord.Key.ruleRecipients] == "acme/oncall\t0\nacme/sec\t1")
            let refused = await rig.answer(try rig.click(.approve, on: both), as: environment).text
            #expect(refused.contains("acme/sec") && rig.auth.auditLog.isEmpty, "\(refused)")
            let one = try rig.request(roles: ["dev"])
            try await rig.reconcile(one, as: environment)
            #expect(await rig.answer(try rig.click(.approve, on: one), as: environment).text.hasPrefix("You approved"))
        }
    }

    @Test("A member of a rule's channel may decide a request without roles, and one with more roles than anybody lists")
    func allRoles() async throws {
        try await RuleRig.with { rig in
            rig.auth.setRule(AuthRule("all", condition: "true", recipients: ["acme/oncall"]))
            let environment = await rig.ruled(telling: [])
            for roles in [[], (0..<40).map { "role-\($0)" }] {
                let id = try rig.request(roles: roles)
                #expect(try await rig.reconcile(id, as: environment) == .settled)
                #expect(rig.data(of: id)[PluginRecord.Key.ruleRecipients] == "acme/oncall\t*")
                #expect(await rig.answer(try rig.click(.approve, on: id), as: environment).text.hasPrefix("You approved"))
            }
        }
    }

    @Test("All recipients of the matching rules are told, however many they are")
    func many() async throws {
        try await RuleRig.with { rig in
            for number in 0..<60 { try rig.addChannel("c\(number)", shown: "C \(number)") }
            rig.auth.setRule(AuthRule("a", condition: "true", recipients: (0..<60).map { "acme/c\($0)" }))
            let id = try rig.request(roles: ["dev"])
            #expect(try await rig.reconcile(id, as: await rig.ruled()) == .settled)
            #expect(try rig.told(id).count == 60)
        }
    }

    @Test("A request that makes a rule's condition take too much work is told nobody, so that it does not choose who is told")
    func undecided() async throws {
        try await RuleRig.with { rig in
            let costly = "regexp.match(set(access_request.spec.request_reason), \"^(a?){500}(a*){400}$\")"
            rig.auth.setRule(AuthRule("a", condition: costly, recipients: ["acme/sec"]))
            rig.auth.setRule(AuthRule("b", condition: "true", recipients: ["acme/oncall"]))
            let reason = String(repeating: "a", count: 1500)
            let id = try #require(RequestID(rig.auth.createRequest(user: "dave", roles: ["dev"], reason: reason)))
            let environment = await rig.ruled()
            do {
                _ = try await rig.reconcile(id, as: environment)
                Issue.record("The request is posted")
            } catch let error as Undecided {
                #expect(error.words.contains(#"the access monitoring rule "a" matches"#), "\(error)")
                // A requester cannot make the plugin unready in this way.
                #expect(Problem(error).isPermanent && Problem(error).isNote)
            }
            #expect(try rig.told(id) == [])
            let other = try rig.request(roles: ["dev"])
            #expect(try await rig.reconcile(other, as: environment) == .settled)
            #expect(try rig.told(other) == ["oncall"])
            rig.auth.setRule(AuthRule("a", condition: "true", recipients: ["acme/sec"]))
            #expect(try await rig.reconcile(id, as: await rig.ruled()) == .settled)
            #expect(try rig.told(id) == ["oncall", "sec"])
        }
    }
}
