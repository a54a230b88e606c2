import Access
import GRPCCore
import PluginTestSupport
import Sandbox
import Testing

@testable import Clicks

@Suite("A click", .timeLimit(.minutes(1)))
struct ApprovalsTests {
    @Test("The first click decides, with the clicker's address as delegator", arguments: Decision.allCases)
    func decides(_ decision: Decision) async throws {
        try await Rig.with { rig in
            let id = try rig.request()
            let answer = await rig.answer(try rig.click(decision, on: id))
            #expect(answer.text.hasPrefix(decision == .approve ? "You approved" : "You denied"))
            #expect(answer.update?.buttons.isEmpty == true)
            #expect(rig.auth.auditLog.map(\.delegator) == ["mattermost:bob@example.com"])
            try await rig.reconcile(id)
        }
    }

    @Test("Later clicks are told who decided what and when, and the post is brought up to date")
    func already() async throws {
        try await Rig.with { rig in
            let id = try rig.request()
            _ = await rig.answer(try rig.click(.approve, on: id, as: "bob"))
            let answer = await rig.answer(try rig.click(.deny, on: id, as: "carol"))
            #expect(answer.text == "This request was already approved just now by @bob.")
            #expect(answer.update?.status.name == "approved")
            #expect(rig.auth.auditLog.count == 1)
        }
    }

    @Test("Opposite clicks at the same time, on several replicas: one wins, and the other people are told")
    func race() async throws {
        try await Rig.with { rig in
            let id = try rig.request()
            let answers = try await withThrowingTaskGroup(of: ClickAnswer.self) { group in
                for (index, replica) in (0..<6).map({ ($0, rig.replica) }) {
                    let click = try rig.click(index % 2 == 0 ? .approve : .deny, on: id, as: index % 2 == 0 ? "bob" : "carol")
                    group.addTask { await rig.answer(click, as: replica) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.filter { $0.text.hasPrefix("You ") }.count == 1)
            #expect(rig.auth.auditLog.count == 1)
        }
    }

    @Test(
        "Nothing is decided when the clicker cannot be looked up",
        arguments: [MattermostFaults.Fault.internalError, .dropConnection])
    func unknownClicker(_ fault: MattermostFaults.Fault) async throws {
        try await Rig.with { rig in
            let id = try rig.request()
            let click = try rig.click(.approve, on: id)
            rig.mattermost.faults.inject(fault, path: "/api/v4/users/", times: 10)
            #expect(await rig.answer(click) == ClickAnswer(ClickWords.unknownClicker))
            #expect(rig.auth.auditLog.isEmpty)
        }
    }

    @Test("A bot and a deactivated person decide nothing")
    func notPeople() async throws {
        try await Rig.with { rig in
            let id = try rig.request()
            #expect(await rig.answer(try rig.click(.approve, on: id, as: "teleport")) == ClickAnswer(ClickWords.notAPerson))
            try rig.mattermost.world.change { state, now in
                if let index = state.accounts.firstIndex(where: { $0.username == "bob" }) {
                    state.accounts[index].deleteAt = now
                }
            }
            #expect(await rig.answer(try rig.click(.approve, on: id, as: "bob")) == ClickAnswer(ClickWords.notAPerson))
            #expect(rig.auth.auditLog.isEmpty)
        }
    }

    @Test("If the plugin's role may not decide, the person is told and the claim is given back")
    func permission() async throws {
        try await Rig.with { rig in
            let id = try rig.request()
            rig.auth.faults.next(of: "SetAccessRequestState", .answer(.permissionDenied, "access denied"))
            let answer = await rig.answer(try rig.click(.approve, on: id))
            #expect(answer.text.contains("does not allow this plugin"))
            #expect(rig.data(of: id)["decision"] == nil)
            #expect(await rig.answer(try rig.click(.approve, on: id)).text.hasPrefix("You approved"))
        }
    }

    @Test("A decision whose answer got lost keeps its claim, so that nobody decides otherwise meanwhile")
    func lostAnswer() async throws {
        try await Rig.with { rig in
            let id = try rig.request()
            rig.auth.faults.next(of: "SetAccessRequestState", .actThenDrop)
            #expect(await rig.answer(try rig.click(.approve, on: id)) == ClickAnswer(ClickWords.unconfirmed))
            let other = await rig.answer(try rig.click(.deny, on: id, as: "carol"))
            #expect(other.text.contains("already approved"))
            #expect(rig.auth.auditLog.map(\.state) == [.approved])
        }
    }

    @Test("A click on a request that is gone, a lapsed button and another cluster's button decide nothing")
    func refusals() async throws {
        try await Rig.with { rig in
            let id = try rig.request()
            #expect(await rig.answer(try rig.click(.approve, on: id, isExpired: true)) == ClickAnswer(ClickWords.expired))
            var foreign = try rig.click(.approve, on: id)
            foreign.cluster = "other.example"
            #expect(await rig.answer(foreign) == ClickAnswer(ClickWords.hidden))
            rig.auth.delete(id.rawValue)
            #expect(await rig.answer(try rig.click(.approve, on: id)) == ClickAnswer(ClickWords.hidden))
            #expect(rig.auth.auditLog.isEmpty)
        }
    }

    @Test("No decision begins after the time limit of the answer")
    func tooLate() async throws {
        try await Rig.with { rig in
            let id = try rig.request()
            let progress = ClickProgress()
            #expect(!progress.giveUp())
            let approvals = Approvals(context: rig.environment.clicks, tell: { _, _ in })
            #expect(await approvals.answer(try rig.click(.approve, on: id), progress) == ClickAnswer(ClickWords.tooLate))
            #expect(rig.auth.auditLog.isEmpty)
            #expect(rig.data(of: id)["decision"] == nil)
        }
    }

    @Test("A decision that began in time is finished, however long it takes")
    func begun() {
        let progress = ClickProgress()
        #expect(progress.begin())
        #expect(progress.giveUp())
        #expect(!progress.begin())
    }
}
