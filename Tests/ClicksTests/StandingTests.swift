import Access
import Foundation
import Logging
import PluginTestSupport
import Sandbox
import Testing

@testable import Clicks

@Suite("A click by the wrong person", .timeLimit(.minutes(1)))
struct StandingTests {
    private func environment(_ rig: Rig, audit: AuditLines = AuditLines(), _ set: (inout ApprovalPolicy) -> Void) -> Environment
    {
        var environment = rig.environment
        set(&environment.policy)
        environment.audit = AuditLog(logger: environment.logger, file: audit.write)
        return environment
    }

    @Test("A member who is no approver is told who is, and decides nothing", arguments: Decision.allCases)
    func member(_ decision: Decision) async throws {
        try await Rig.with { rig in
            let id = try rig.request()
            let environment = environment(rig) { $0.approvers = [.username("carol"), .email("ana@example.com")] }
            let answer = await rig.answer(try rig.click(decision, on: id, as: "bob"), as: environment)
            #expect(
                answer.text == "You are not among those who decide this, so nothing was decided. Who can: "
                    + "@carol, `ana@example.com`.")
            #expect(rig.auth.auditLog.isEmpty)
            #expect(await rig.answer(try rig.click(decision, on: id, as: "carol"), as: environment).text.hasPrefix("You "))
            #expect(rig.auth.auditLog.count == 1)
        }
    }

    @Test("The requester cannot approve, and can withdraw without being an approver")
    func requester() async throws {
        try await Rig.with { rig in
            let id = try rig.request(user: "dave")
            let environment = environment(rig) { $0.approvers = [.username("carol")] }
            let refused = await rig.answer(try rig.click(.approve, on: id, as: "dave"), as: environment)
            #expect(refused.text.hasPrefix("This is your own request"))
            #expect(rig.auth.auditLog.isEmpty)
            let answer = await rig.answer(try rig.click(.deny, on: id, as: "dave"), as: environment)
            #expect(answer.text == "You withdrew your request for `editor`.")
            #expect(rig.auth.auditLog.map(\.state) == [.denied])
        }
    }

    @Test("An approving channel stands for its members; where the bot may not look into it, nobody gets in")
    func channel() async throws {
        try await Rig.with { rig in
            let id = try rig.request()
            let environment = environment(rig) { $0.approvers = [.channel(.init(team: "acme", channel: "leads"))] }
            func setMembers(_ names: [String]) throws {
                try rig.mattermost.world.change { state, _ throws(AppError) in
                    var members: Set<String> = []
                    for name in names { members.insert(try state.account(named: name).id) }
                    state.channels.removeAll { $0.name == "leads" }
                    var leads = state.channels[0]
                    (leads.id, leads.name, leads.members) = ("fi1rjwgkwtn6jpnnsgbgubh8pz", "leads", members)
                    state.channels.append(leads)
                }
            }
            let click = try rig.click(.approve, on: id, as: "bob")
            #expect(await rig.answer(click, as: environment).text == ClickWords.noMembership)
            try setMembers(["bob"])
            #expect(await rig.answer(click, as: environment).text == ClickWords.noMembership)
            try setMembers(["teleport", "carol"])
            #expect(await rig.answer(click, as: environment).text.contains("the members of `acme/leads`"))
            #expect(rig.auth.auditLog.isEmpty)
            try setMembers(["teleport", "bob"])
            #expect(await rig.answer(click, as: environment).text.hasPrefix("You approved"))
        }
    }

    @Test("A person who left the channel, is a guest or cannot be looked up there decides nothing")
    func notThere() async throws {
        try await Rig.with { rig in
            let id = try rig.request()
            let click = try rig.click(.approve, on: id, as: "bob")
            rig.mattermost.faults.inject(.internalError, path: "/api/v4/channels/", times: 1)
            #expect(await rig.answer(click).text == ClickWords.noMembership)
            try rig.mattermost.world.change { state, _ in
                if let index = state.accounts.firstIndex(where: { $0.username == "bob" }) {
                    state.accounts[index].roles = "system_guest"
                }
            }
            #expect(await rig.answer(click).text == ClickWords.refused(.guest))
            _ = try rig.mattermost.world.change { state, _ in state.channels[0].members.remove(click.userID) }
            #expect(await rig.answer(click).text == ClickWords.refused(.outsider))
            #expect(rig.auth.auditLog.isEmpty)
        }
    }

    @Test("If a configured account of the requester no longer exists, approvals are refused and denials are not")
    func renamed() async throws {
        try await Rig.with { rig in
            let id = try rig.request(user: "d.lopez")
            let environment = environment(rig) { $0.users = ["davelopez": "d.lopez"] }
            #expect(await rig.answer(try rig.click(.approve, on: id), as: environment).text == ClickWords.noRequester)
            #expect(rig.auth.auditLog.isEmpty)
            #expect(await rig.answer(try rig.click(.deny, on: id), as: environment).text.hasPrefix("You denied"))
        }
    }

    @Test("Where the requester has to be known, nobody approves until an account is found by mapping, user name or address")
    func unknownRequester() async throws {
        try await Rig.with { rig in
            for (user, users, isKnown) in [
                ("d.lopez", [:], false), ("dave", [:], true), ("Carol@Example.com", [:], true),
                ("d.lopez", ["carol": "D.Lopez"], true), ("nobody@example.com", [:], false), ("d lopez/..", [:], false),
            ] as [(String, [String: String], Bool)] {
                let id = try rig.request(user: user)
                let environment = environment(rig) { ($0.requiresKnownRequester, $0.users) = (true, users) }
                let answer = await rig.answer(try rig.click(.approve, on: id, as: "bob"), as: environment)
                #expect(answer.isDecided == isKnown, "\(user)")
                if !isKnown {
                    #expect(answer.text == ClickWords.unknownRequester)
                    #expect(await rig.answer(try rig.click(.deny, on: id, as: "bob"), as: environment).isDecided)
                }
            }
        }
    }

    @Test("Every decision and every refusal is one line of the audit")
    func audit() async throws {
        try await Rig.with { rig in
            let file = AuditLines()
            let environment = environment(rig, audit: file) { $0.approvers = [.username("carol")] }
            let id = try rig.request()
            var click = try rig.click(.approve, on: id, as: "bob")
            (click.remote, click.isProven) = ("192.0.2.7", true)
            _ = await rig.answer(click, as: environment)
            _ = await rig.answer(try rig.click(.approve, on: id, as: "carol"), as: environment)
            let lines = try file.lines()
            #expect(lines.map { $0["outcome"] } == ["refused", "approved"])
            #expect(lines.map { $0["user"] } == ["bob", "carol"])
            #expect(lines.first?["why"] == "not_approver")
            #expect(lines.first?["remote"] == "192.0.2.7")
            #expect(lines.map { $0["proof"] } == ["trigger_id", "none"])
            for line in lines {
                #expect(line["request_id"] == id.rawValue && line["post_id"] == click.post.postID)
                #expect(line["requester"] == "dave" && line["roles"] == "editor")
            }
        }
    }

    @Test("What people wrote stays within its string of the audit's JSON")
    func injection() throws {
        let file = AuditLines()
        let click = Click(
            requestID: try #require(RequestID("r-1")), decision: .deny, cluster: nil, userID: "u",
            post: PostReference(channelID: "c", postID: "p"), remote: "a\"\n\\\u{0}\u{2028}}{")
        AuditLog(logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, file: file.write)
            .write(AuditEntry(.refused, click, words: "w"), at: Timestamp(milliseconds: 1_795_212_356_595))
        let line = file.text
        #expect(line.split(separator: "\n").count == 1)
        let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String]
        #expect(object?["remote"] == "a\"\n\\\u{0}\u{2028}}{")
        #expect(object?["time"] == "2026-11-20T22:05:56Z")
    }
}
