import Access
import GRPCCore
import PluginTestSupport
import Sandbox
import Testing

@testable import Clicks

/// A review is submitted in the person's own name, and every refusal of it decides nothing. The plugin never reviews in the
/// place of a person unless the configuration allows it.
@Suite("Refusals of a review in the person's own name", .timeLimit(.minutes(1)))
struct ReviewRefusalTests {
    private static let plugin = "access-plugin-mattermost"

    private func environment(_ rig: Rig, asPlugin: Bool = false) -> Environment {
        var environment = rig.replica
        environment.method = .review
        environment.policy.users = ["bob": "bob.t"]
        environment.reviewsAsPlugin = asPlugin
        return environment
    }

    /// A condition in which the newest server refuses the review of `bob.t`.
    enum Fault: CaseIterable {
        case noUserRead, notStored, notForUser, mfa, noReviewRule, unimplemented, noThresholds

        var permissions: Set<AuthPermission> { self == .noUserRead ? AuthPermission.plugin : AuthPermission.reviewing }

        func configure(_ configuration: inout SandboxAuth.Configuration) {
            configuration.reviewers = self == .noReviewRule ? [plugin] : [plugin, "bob.t"]
            configuration.submitsForUsers = [plugin: self == .notForUser ? ["carol.t"] : ["*"]]
            configuration.storedUsers = self == .notStored ? [] : nil
            configuration.requiresAdminMFA = self == .mfa
        }

        var answer: String {
            switch self {
            case .noUserRead: "in your name, because its role in Teleport lacks `read` on `user`, so nothing was decided."
            case .notStored: "Teleport does not know your user just now, so nothing was decided."
            case .notForUser: "because its role's `submit_for_users` in Teleport does not allow you, so nothing was decided."
            case .mfa: "because Teleport demands MFA of its identity, so nothing was decided."
            case .noReviewRule: "Your roles in Teleport do not allow you to review requests, so nothing was decided."
            case .unimplemented: "Teleport does not take reviews from this plugin, so nothing was decided."
            case .noThresholds: "Teleport takes no reviews of this request, so nothing was decided."
            }
        }
    }

    @Test(
        "The person is told what is wrong, the claim is free again, and the plugin does not review", arguments: Fault.allCases)
    func refused(_ fault: Fault) async throws {
        try await Rig.with(permissions: fault.permissions, configure: { fault.configure(&$0) }) { rig in
            for asPlugin in [false, true] {
                let id = try #require(
                    RequestID(
                        rig.auth.createRequest(
                            user: "dave", roles: ["editor"], thresholds: fault == .noThresholds ? [] : [AuthThreshold()])))
                if fault == .unimplemented {
                    rig.auth.faults.next(of: "SubmitAccessReview", .answer(.unimplemented, "unknown method"))
                }
                let answer = await rig.answer(try rig.click(.approve, on: id), as: environment(rig, asPlugin: asPlugin))
                #expect(answer.text.contains(fault.answer), "\(answer.text)")
                #expect(!answer.isDecided)
                #expect(rig.data(of: id)["decision"] == nil)
                #expect(rig.auth.request(id.rawValue)?.reviews.isEmpty == true)
            }
        }
    }

    @Test("An older server's refusal is not answered by a review of the plugin's, unless the configuration allows it")
    func older() async throws {
        try await Rig.with(configure: { $0.reviewers = [Self.plugin, "bob.t"] }) { rig in
            let id = try rig.request()
            let answer = await rig.answer(try rig.click(.approve, on: id), as: environment(rig))
            #expect(answer.text.contains("this Teleport server is too old for that, so nothing was decided."))
            #expect(rig.auth.request(id.rawValue)?.reviews.isEmpty == true)
            #expect(await rig.answer(try rig.click(.approve, on: id), as: environment(rig, asPlugin: true)).isDecided)
            #expect(rig.auth.request(id.rawValue)?.reviews.map(\.author) == [Self.plugin])
        }
    }

    @Test("A person without a Teleport user is refused before anything is written, unless the plugin may review as itself")
    func unmapped() async throws {
        try await Rig.with(configure: { $0.reviewers = [Self.plugin] }) { rig in
            let id = try rig.request()
            let click = try rig.click(.approve, on: id, as: "carol")
            #expect(await rig.answer(click, as: environment(rig)) == ClickAnswer(ClickWords.noTeleportUser))
            #expect(rig.data(of: id)["reviewed_by"] == nil)
            #expect(await rig.answer(click, as: environment(rig, asPlugin: true)).isDecided)
        }
    }

    @Test("A withdrawal is the plugin's own denial, whatever the configuration says")
    func withdrawal() async throws {
        try await Rig.with(configure: { $0.reviewers = [Self.plugin] }) { rig in
            let id = try rig.request(user: "bob.t")
            let answer = await rig.answer(try rig.click(.deny, on: id), as: environment(rig))
            #expect(answer.isDecided, "\(answer.text)")
            #expect(rig.auth.request(id.rawValue)?.reviews.map(\.author) == [Self.plugin])
        }
    }

    @Test("A second review by the same Teleport user is recognized by either of the servers' codes")
    func again() async throws {
        try await Rig.with(
            permissions: AuthPermission.reviewing,
            configure: {
                ($0.reviewers, $0.submitsForUsers) = (["bob.t"], [Self.plugin: ["bob.t"]])
            }
        ) { rig in
            let words = "user \"bob.t\" has already reviewed this request"
            for code in [RPCError.Code.permissionDenied, .alreadyExists] {
                rig.auth.faults.next(of: "SubmitAccessReview", .answer(code, words))
                let answer = await rig.answer(try rig.click(.approve, on: try rig.request()), as: environment(rig))
                #expect(answer == ClickAnswer(ClickWords.alreadyReviewed))
            }
        }
    }

    @Test("Where decisions need MFA, a decision by state is refused with that reason too")
    func state() async throws {
        try await Rig.with(configure: { $0.requiresAdminMFA = true }) { rig in
            let id = try rig.request()
            let answer = await rig.answer(try rig.click(.approve, on: id))
            #expect(
                answer.text
                    == "Teleport demands MFA of this plugin's identity, so nothing was decided. Please tell an administrator.")
            #expect(rig.data(of: id)["decision"] == nil)
        }
    }
}

/// The plugin's user, for the members of an enumeration.
private let plugin = "access-plugin-mattermost"
