import Access
import PluginTestSupport
import Sandbox
import Testing

@testable import Clicks
@testable import Posts

@Suite("Roles with different channels as recipients, without configured approvers", .timeLimit(.minutes(1)))
struct RoleRoutingTests {
    /// Adds the channel `admins`, whose members decide the role `admin`. The rig's channel for requests decides the role `dev`.
    private func addAdmins(_ rig: Rig, members: [String]) throws {
        try rig.mattermost.world.change { state, _ throws(AppError) in
            var ids: Set<String> = []
            for name in members { ids.insert(try state.account(named: name).id) }
            state.channels.removeAll { $0.name == "admins" }
            var admins = state.channels[0]
            (admins.id, admins.name, admins.members) = ("fi1rjwgkwtn6jpnnsgbgubh8pz", "admins", ids)
            state.channels.append(admins)
        }
    }

    private func environment(_ rig: Rig, all: [String] = []) -> Environment {
        rig.environment(telling: all, roles: ["admin": ["acme/admins"], "dev": ["acme/access-requests"]])
    }

    @Test("A requester cannot choose a role's approvers by adding another role to the request", arguments: Decision.allCases)
    func addedRole(_ decision: Decision) async throws {
        try await Rig.with { rig in
            try addAdmins(rig, members: ["teleport", "carol"])
            let environment = environment(rig)
            let both = try rig.request(roles: ["admin", "dev"])
            let refused = await rig.answer(try rig.click(decision, on: both, as: "bob"), as: environment)
            #expect(
                refused.text == "You are not among those who decide this, so nothing was decided. One click decides all of the "
                    + "roles, so it takes one person who may decide each. Who can: for `admin` the members of `acme/admins`.")
            #expect(rig.auth.auditLog.isEmpty)
            let one = try rig.request(roles: ["dev"])
            #expect(await rig.answer(try rig.click(decision, on: one, as: "bob"), as: environment).isDecided)
            #expect(await rig.answer(try rig.click(decision, on: both, as: "carol"), as: environment).isDecided)
        }
    }

    @Test("A member of a channel that gets all requests may decide every role")
    func told() async throws {
        try await Rig.with { rig in
            try addAdmins(rig, members: ["teleport", "carol"])
            let environment = environment(rig, all: ["acme/access-requests"])
            let both = try rig.request(roles: ["admin", "dev"])
            #expect(await rig.answer(try rig.click(.approve, on: both, as: "bob"), as: environment).isDecided)
        }
    }

    @Test("A role without recipients is decided by nobody here, whatever other roles the request has")
    func nowhere() async throws {
        try await Rig.with { rig in
            let environment = environment(rig)
            let id = try rig.request(roles: ["dev", "dba"])
            let answer = await rig.answer(try rig.click(.approve, on: id, as: "bob"), as: environment)
            #expect(answer.text.contains("for `dba` nobody here"))
            #expect(rig.auth.auditLog.isEmpty)
        }
    }
}

@Suite("A post about roles that different people decide", .timeLimit(.minutes(1)))
struct RoleRoutingPostTests {
    private func whoDecides(_ roles: [String], _ rig: Rig) async throws -> [String?] {
        var environment = rig.environment(
            telling: [], roles: ["dev": ["acme/access-requests"], "admin": ["bob@example.com"]])
        environment.policy = ApprovalPolicy()
        let id = try rig.request(roles: roles)
        #expect(try await rig.reconcile(id, as: environment) == .settled)
        return try rig.posts(about: id).map { post in
            post.props["attachments"]?.elements?.first?["fields"]?.elements?
                .first { $0["title"]?.text == "Who decides" }?["value"]?.text
        }
    }

    @Test("It says that one person has to decide all roles, which a post for one group does not say")
    func post() async throws {
        try await Rig.with { rig in
            let both = try await whoDecides(["dev", "admin"], rig)
            #expect(both.count == 2)
            #expect(both.allSatisfy { $0?.hasPrefix("It takes one person who may decide all of the roles: for `") == true })
            #expect(try await whoDecides(["dev"], rig) == [nil])
        }
    }
}
