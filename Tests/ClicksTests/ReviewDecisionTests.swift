import Access
import GRPCCore
import PluginTestSupport
import Sandbox
import Testing

@testable import Clicks

@Suite("A decision by review", .timeLimit(.minutes(1)))
struct ReviewDecisionTests {
    private static let plugin = "access-plugin-mattermost"

    private func environment(_ rig: Rig, users: [String: String] = [:], asPlugin: Bool = false) -> Environment {
        var environment = rig.replica
        environment.method = .review
        environment.reviewsAsPlugin = asPlugin
        environment.policy.users = users
        return environment
    }

    private func request(_ rig: Rig, approve: Int = 2, deny: Int = 1) throws -> RequestID {
        let id = rig.auth.createRequest(
            user: "dave", roles: ["editor"], thresholds: [AuthThreshold(approve: approve, deny: deny)])
        return try #require(RequestID(id))
    }

    @Test("The reason of a review in the plugin's name has at most the bytes that Teleport takes, and whole characters")
    func longReason() {
        let user = ChatUser(id: "a", username: "bob", email: "bob@example.com")
        let words = "Approved by @bob (bob@example.com) in Mattermost: "
        #expect(ReviewWords.reason(.approve, by: user, "fine") == words + "fine")
        let long = ReviewWords.reason(.approve, by: user, String(repeating: "😀", count: ReasonDialog.limit + 100))
        #expect(long.utf8.count <= 4096 && long.utf8.count > 4088)
        #expect(long.hasPrefix(words + "😀") && long.hasSuffix("😀…"))
    }

    @Test("Two people's reviews in their own names reach a threshold of two; the request stays open for the second")
    func onBehalf() async throws {
        try await Rig.with(
            permissions: AuthPermission.reviewing,
            configure: {
                ($0.reviewers, $0.submitsForUsers) = (["bob.t", "carol.t"], [Self.plugin: ["*"]])
            }
        ) { rig in
            let environment = environment(rig, users: ["bob": "bob.t", "carol": "carol.t"])
            let id = try request(rig)
            let first = await rig.answer(try rig.click(.approve, on: id, as: "bob"), as: environment)
            #expect(first.text == "Your approval is counted, and the request is still pending: 1 of 2 approvals.")
            #expect(first.isDecided && first.update == nil)
            #expect(rig.data(of: id)["decision"] == nil)
            let again = await rig.answer(try rig.click(.approve, on: id, as: "bob"), as: environment)
            #expect(again.text.hasPrefix("You have already reviewed this request"))
            #expect(rig.data(of: id)["decision"] == nil)
            let second = await rig.answer(try rig.click(.approve, on: id, as: "carol"), as: environment)
            #expect(second.text.hasPrefix("You approved"))
            #expect(second.update?.status.name == "approved")
            #expect(second.update?.buttons.isEmpty == true)
            let reviews = rig.auth.request(id.rawValue)?.reviews ?? []
            #expect(reviews.map(\.author) == ["bob.t", "carol.t"])
            #expect(reviews.allSatisfy { $0.submittedBy == Self.plugin && $0.reason.isEmpty })
            #expect(rig.auth.auditLog.map(\.caller) == ["carol.t"])
        }
    }

    @Test("On an older server, the plugin reviews once as itself and names the person, if the configuration allows it")
    func asPlugin() async throws {
        try await Rig.with(configure: { $0.reviewers = [Self.plugin, "bob.t"] }) { rig in
            let environment = environment(rig, users: ["bob": "bob.t"], asPlugin: true)
            let id = try request(rig)
            var click = try rig.click(.approve, on: id, as: "bob")
            click.reason = "looks right"
            #expect(await rig.answer(click, as: environment).isStillPending)
            let reviews = rig.auth.request(id.rawValue)?.reviews ?? []
            #expect(reviews.map(\.author) == [Self.plugin])
            #expect(reviews.map(\.reason) == ["Approved by @bob (bob@example.com) in Mattermost: looks right"])
            let second = await rig.answer(try rig.click(.approve, on: id, as: "carol"), as: environment)
            #expect(second.text.hasPrefix("This plugin has already reviewed this request"))
            #expect(!second.isDecided)
            #expect(rig.data(of: id)["decision"] == nil)
        }
    }

    @Test("A server that takes no reviews decides nothing: the person is told why and what to do, and the claim is free")
    func refused() async throws {
        try await Rig.with { rig in
            let environment = environment(rig, users: ["bob": "bob.t"], asPlugin: true)
            let id = try request(rig, approve: 1)
            for person in ["bob", "carol"] {
                let answer = await rig.answer(try rig.click(.approve, on: id, as: person), as: environment)
                #expect(answer.text.hasPrefix("Teleport does not take reviews from this plugin, so nothing was decided."))
                #expect(answer.text.contains("method = \"state\""))
                #expect(rig.data(of: id)["decision"] == nil)
            }
            #expect(rig.auth.request(id.rawValue)?.state == .pending)
            #expect(await rig.answer(try rig.click(.approve, on: id)).text.hasPrefix("You approved"))
        }
    }

    @Test("A mapped person whom the server forbids to review is refused, and the plugin does not review instead")
    func forbiddenPerson() async throws {
        try await Rig.with(
            permissions: AuthPermission.reviewing,
            configure: {
                ($0.reviewers, $0.submitsForUsers) = ([Self.plugin], [Self.plugin: ["*"]])
            }
        ) { rig in
            let id = try request(rig, approve: 1)
            let answer = await rig.answer(
                try rig.click(.approve, on: id, as: "bob"), as: environment(rig, users: ["bob": "bob.t"], asPlugin: true))
            #expect(
                answer.text.hasPrefix("Your roles in Teleport do not allow you to review requests, so nothing was decided."))
            #expect(rig.auth.request(id.rawValue)?.reviews.isEmpty == true)
        }
    }

    @Test("A review whose answer got lost keeps its claim")
    func lostAnswer() async throws {
        try await Rig.with(configure: { $0.reviewers = [Self.plugin] }) { rig in
            let id = try request(rig)
            rig.auth.faults.next(of: "SubmitAccessReview", .actThenDrop)
            let answer = await rig.answer(try rig.click(.approve, on: id), as: environment(rig, asPlugin: true))
            #expect(answer == ClickAnswer(ClickWords.unconfirmed))
            #expect(rig.data(of: id)["decision"] != nil)
            #expect(rig.auth.request(id.rawValue)?.reviews.count == 1)
        }
    }
}
