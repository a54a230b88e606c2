import Access
import Clicks
import PluginTestSupport
import Sandbox
import Testing

@Suite("People found by a trait of their Teleport user", .timeLimit(.minutes(1)))
struct TraitTests {
    private static let plugin = "access-plugin-mattermost"

    private func with(
        version: String = "18.11.0", permissions: Set<AuthPermission> = AuthPermission.findingUsers, filters: Bool = true,
        _ body: (Rig, Environment) async throws -> Void
    ) async throws {
        try await Rig.with(
            permissions: permissions,
            configure: {
                ($0.version, $0.filtersUsersByTrait) = (version, filters)
                ($0.reviewers, $0.submitsForUsers) = (["bob.t", "carol.t"], [Self.plugin: ["*"]])
            }
        ) { rig in
            let carol = try rig.mattermost.world.read { state throws(AppError) in try state.account(named: "carol").id }
            rig.auth.directory.users = [
                AuthUser("bob.t", traits: ["mm": ["bob"]]), AuthUser("carol.t", traits: ["mm": [carol]]),
                AuthUser("other", traits: ["mm": ["somebody"]]),
            ]
            var environment = rig.replica
            environment.policy.userTrait = "mm"
            try await body(rig, environment)
        }
    }

    @Test("A review is submitted in the name of the user who has the account in the trait", arguments: [true, false])
    func review(filters: Bool) async throws {
        try await with(filters: filters) { rig, environment in
            var environment = environment
            environment.method = .review
            let lines = AuditLines()
            environment.audit = AuditLog(logger: environment.logger, file: lines.write)
            for (person, user) in [("bob", "bob.t"), ("carol", "carol.t")] {
                let id = try rig.request()
                let answer = await rig.answer(try rig.click(.approve, on: id, as: person), as: environment)
                #expect(answer.isDecided, "\(answer.text)")
                #expect(rig.auth.request(id.rawValue)?.reviews.map(\.author) == [user])
            }
            let written = try lines.lines()
            #expect(written.map { $0["teleport_user"] } == ["bob.t", "carol.t"])
            #expect(written.allSatisfy { $0["teleport_user_by"] == "trait" })
        }
    }

    @Test("The requester is recognized by the trait, whatever the account is called")
    func ownRequest() async throws {
        try await with { rig, environment in
            let id = try rig.request(user: "bob.t")
            let click = try rig.click(.approve, on: id, as: "bob")
            #expect(await rig.answer(click, as: environment).text.hasPrefix("This is your own request"))
            // Without the trait nothing tells that it is the same person.
            #expect(await rig.answer(click).isDecided)
            let other = try rig.request(user: "bob.t")
            let answer = await rig.answer(try rig.click(.deny, on: other, as: "bob"), as: environment)
            #expect(answer.text.hasPrefix("You withdrew"))
        }
    }

    @Test("Whoever the configuration maps and whose account is in the requester's trait cannot approve with the second user")
    func secondUser() async throws {
        try await with { rig, environment in
            var environment = environment
            environment.policy.users = ["bob": "bob.second"]
            let id = try rig.request(user: "bob.t")
            let answer = await rig.answer(try rig.click(.approve, on: id, as: "bob"), as: environment)
            #expect(answer.text.hasPrefix("This is your own request"), "\(answer.text)")
        }
    }

    @Test("No match and two matches decide nothing and are not remembered", arguments: [DecisionMethod.state, .review])
    func refused(method: DecisionMethod) async throws {
        try await with { rig, environment in
            var environment = environment
            environment.method = method
            let lines = AuditLines()
            environment.audit = AuditLog(logger: environment.logger, file: lines.write)
            let id = try rig.request()
            let click = try rig.click(.approve, on: id, as: "bob")
            let users = rig.auth.directory.users
            rig.auth.directory.users = []
            #expect(await rig.answer(click, as: environment).text.hasPrefix("No user of Teleport's has your Mattermost"))
            rig.auth.directory.users = users + [AuthUser("bob.second", traits: ["mm": ["bob"]])]
            #expect(await rig.answer(click, as: environment).text.hasPrefix("More than one user of Teleport's has your"))
            #expect(try lines.lines().map { $0["why"] } == ["no_teleport_user", "several_teleport_users"])
            #expect(rig.auth.request(id.rawValue)?.state == .pending && rig.data(of: id)["decision"] == nil)
            rig.auth.directory.users = users
            #expect(await rig.answer(click, as: environment).isDecided)
        }
    }

    @Test("An older server, or a role without the permission, decides nothing", arguments: ["7.3.2", "8.1.0", "18.11.0"])
    func unable(version: String) async throws {
        try await with(version: version, permissions: AuthPermission.reviewing) { rig, environment in
            let id = try rig.request()
            let answer = await rig.answer(try rig.click(.approve, on: id, as: "bob"), as: environment)
            let isNew = version == "18.11.0"
            #expect(answer.text.hasPrefix(isNew ? "Teleport does not allow this plugin" : "This Teleport server is"))
            #expect(rig.auth.request(id.rawValue)?.state == .pending)
            // The configuration goes first and needs no look-up.
            var mapped = environment
            mapped.policy.users = ["bob": "bob.t", "dave": "dave"]
            #expect(await rig.answer(try rig.click(.approve, on: id, as: "bob"), as: mapped).isDecided)
        }
    }

    @Test("A denial by state, which needs no Teleport user, is made while the list of users hangs")
    func hangingList() async throws {
        try await with { rig, environment in
            rig.auth.faults.next(of: "ListUsers", .stall, times: 8)
            let answer = await rig.answer(try rig.click(.deny, on: try rig.request(), as: "bob"), as: environment)
            #expect(answer.isDecided, "\(answer.text)")
        }
    }

    @Test("Without a trait nobody is looked up, and an address stands for a user only where that is allowed")
    func address() async throws {
        try await with { rig, _ in
            var environment = rig.replica
            environment.method = .review
            let click = try rig.click(.approve, on: try rig.request(), as: "bob")
            #expect(await rig.answer(click, as: environment).text.hasPrefix("Teleport takes your review only in your own name"))
            environment.policy.emailIsUser = true
            #expect(await rig.answer(click, as: environment).text.hasPrefix("Your roles in Teleport do not allow you"))
            #expect(rig.auth.directory.count(of: "ListUsers") == 0)
        }
    }
}
