import Access
import PluginTestSupport
import Sandbox
import Testing

@testable import Clicks

/// Teleport counts one review for each of its users. The plugin has to see that a person who is known there by several names,
/// or by none, does not review twice.
@Suite("One person, one review", .timeLimit(.minutes(1)))
struct CountedOnceTests {
    private static let plugin = "access-plugin-mattermost"
    private static let already = ClickAnswer(ClickWords.alreadyReviewed)

    private func environment(_ rig: Rig, users: [String: String] = [:]) -> Environment {
        var environment = rig.replica
        environment.method = .review
        environment.reviewsAsPlugin = true
        environment.policy.users = users
        return environment
    }

    private static func with(_ body: (Rig, RequestID) async throws -> Void) async throws {
        try await Rig.with(
            permissions: AuthPermission.reviewing,
            configure: {
                ($0.reviewers, $0.submitsForUsers) = (
                    [plugin, "bob.t", "carol.t", "carol", "Carol@Example.com"], [plugin: ["*"]]
                )
            }
        ) { rig in
            let id = rig.auth.createRequest(
                user: "dave", roles: ["editor"], thresholds: [AuthThreshold(approve: 3, deny: 2)])
            try await body(rig, try #require(RequestID(id)))
        }
    }

    private func review(_ rig: Rig, _ id: RequestID, by author: String) async throws {
        _ = try await rig.environment.teleport.review(.approve, of: id, as: author, reason: "")
    }

    private func rename(_ rig: Rig, _ name: String, to other: String) throws {
        try rig.mattermost.world.change { state, _ in
            if let index = state.accounts.firstIndex(where: { $0.username == name }) { state.accounts[index].username = other }
        }
    }

    @Test(
        "A person who reviewed with tsh under their user name or address is not counted again",
        arguments: ["carol", "Carol@Example.com"])
    func elsewhere(_ author: String) async throws {
        try await Self.with { rig, id in
            try await review(rig, id, by: author)
            for decision in Decision.allCases {
                let answer = await rig.answer(try rig.click(decision, on: id, as: "carol"), as: environment(rig))
                #expect(answer == Self.already)
            }
            #expect(rig.data(of: id)["decision"] == nil && rig.data(of: id)["reviewed_by"] == nil)
            #expect(await rig.answer(try rig.click(.approve, on: id, as: "bob"), as: environment(rig)).isStillPending)
            #expect(rig.auth.request(id.rawValue)?.reviews.map(\.author) == [author, Self.plugin])
        }
    }

    @Test(
        "A configured Teleport user who reviewed is recognized in any spelling, and so is a namesake who is nobody else's user")
    func mapped() async throws {
        try await Self.with { rig, id in
            try await review(rig, id, by: "bob.t")
            let again = await rig.answer(
                try rig.click(.approve, on: id, as: "bob"), as: environment(rig, users: ["bob": "Bob.T"]))
            #expect(again == Self.already)
            try await review(rig, id, by: "carol")
            let users = ["bob": "bob.t", "carol": "carol.t"]
            let click = try rig.click(.approve, on: id, as: "carol")
            #expect(await rig.answer(click, as: environment(rig, users: users)) == Self.already)
            let others = users.merging(["erin": "carol"]) { $1 }
            #expect(await rig.answer(click, as: environment(rig, users: others)).isDecided)
        }
    }

    @Test("A person who reviewed by a button is recognized by the account, even after a change of name")
    func renamed() async throws {
        try await Self.with { rig, id in
            let environment = environment(rig, users: ["bob": "bob.t"])
            let click = try rig.click(.approve, on: id, as: "bob")
            #expect(await rig.answer(click, as: environment).isStillPending)
            #expect(rig.data(of: id)["reviewed_by"] == "\(click.userID)=0")
            try rename(rig, "bob", to: "robert")
            #expect(await rig.answer(click, as: environment) == Self.already)
            #expect(rig.data(of: id)["decision"] == nil)
            let other = try rig.click(.approve, on: id, as: "carol")
            #expect(await rig.answer(other, as: environment).isStillPending)
            #expect(rig.data(of: id)["reviewed_by"] == "\(click.userID)=0,\(other.userID)=1")
            try rename(rig, "carol", to: "bob")
            #expect(await rig.answer(other, as: environment) == Self.already)
            #expect(rig.auth.request(id.rawValue)?.reviews.map(\.author) == ["bob.t", Self.plugin])
        }
    }

    @Test("A review that Teleport refused leaves no trace; one whose answer got lost counts if it was made")
    func lost() async throws {
        try await Self.with { rig, id in
            let environment = environment(rig, users: ["bob": "bob.t", "carol": "nobody"])
            #expect(!(await rig.answer(try rig.click(.approve, on: id, as: "carol"), as: environment).isDecided))
            #expect(rig.data(of: id)["reviewed_by"] == nil)
            let click = try rig.click(.approve, on: id, as: "bob")
            for isMade in [false, true] {
                rig.auth.faults.next(of: "SubmitAccessReview", isMade ? .actThenDrop : .drop)
                #expect(await rig.answer(click, as: environment).text == ClickWords.unconfirmed)
                try rig.auth.setPluginData(id.rawValue, of: "mattermost", ["decision": ""])
                #expect(rig.auth.request(id.rawValue)?.reviews.count == (isMade ? 1 : 0))
            }
            try rename(rig, "bob", to: "robert")
            #expect(await rig.answer(click, as: environment) == Self.already)
        }
    }

    @Test("If addresses are hidden and one is an author, only people whom the configuration knows can review")
    func hidden() throws {
        var policy = ApprovalPolicy()
        policy.users = ["bob": "bob@corp.example"]
        let ana = ChatUser(id: "u", username: "ana", email: "")
        func standing(_ user: ChatUser, _ authors: String...) -> ApprovalPolicy.Reviewer {
            policy.standing(
                of: user,
                among: authors.map { AccessReview(author: $0, proposed: .approved, created: Timestamp(milliseconds: 0)) })
        }
        #expect(standing(ana, "ana@corp.example") == .unknown)
        #expect(standing(ana, "Bob@corp.example", "carol") == .new)
        #expect(standing(ana, "Ana") == .reviewer)
        #expect(standing(ChatUser(id: "u", username: "ana", email: "Ana@corp.example"), "ana@corp.example") == .reviewer)
        #expect(standing(ChatUser(id: "u", username: "bob", email: ""), "ana@corp.example") == .new)
    }

    @Test("A request with more reviews than the plugin can record is left to Teleport")
    func full() async throws {
        try await Self.with { rig, id in
            let click = try rig.click(.approve, on: id, as: "bob")
            let full = (0..<50).map { "u\($0)=0" }.joined(separator: ",")
            try rig.auth.setPluginData(
                id.rawValue, of: "mattermost", ["reviewed_by": full, "messages": click.post.description])
            #expect(await rig.answer(click, as: environment(rig)).text == ClickWords.tooManyReviews)
            #expect(rig.data(of: id)["reviewed_by"] == full)
            #expect(rig.auth.request(id.rawValue)?.reviews.isEmpty == true)
        }
    }
}
