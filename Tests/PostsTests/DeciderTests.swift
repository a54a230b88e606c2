import Access
import Base
import Clicks
import PluginTestSupport
import Sandbox
import Synchronization
import TestSupport
import Testing

@testable import Posts

@Suite("Posts name who decided", .timeLimit(.minutes(1)))
struct DeciderTests {
    /// Teleport as it is seen by a process that reads the record right before `bob` claims and makes a decision.
    private static func decidedBetweenReads(_ id: RequestID, _ rig: Rig) -> ObservedTeleport {
        let isDecided = Once<Bool>()
        return ObservedTeleport(
            rig.environment.teleport,
            onRead: { read in
                switch read {
                case .beforeRequest: _ = await isDecided.value()
                case .afterRecord:
                    guard rig.auth.request(id.rawValue)?.state == .pending else { return }
                    _ = try? rig.claim(.deny, of: id)
                    try? rig.auth.resolve(id.rawValue, .denied)
                    isDecided.give(true)
                }
            })
    }

    @Test("A run that read the record before the decision was claimed names who made it")
    func claimedAfterRead() async throws {
        try await Rig.with { rig in
            let id = try rig.request()
            try await rig.reconcile(id)
            _ = try await rig.reconcile(id, as: rig.environment(with: Self.decidedBetweenReads(id, rig)))
            #expect(try rig.state(ofOnlyPostAbout: id) == "denied")
            #expect(try rig.shownStatus(about: id).contains("@bob"))
        }
    }

    @Test("A click that comes too late is answered with who decided")
    func lateClick() async throws {
        try await Rig.with { rig in
            let id = try rig.request()
            try await rig.reconcile(id)
            let click = try rig.click(.approve, on: id, as: "carol")
            let answer = await rig.answer(click, as: rig.environment(with: Self.decidedBetweenReads(id, rig)))
            guard case .denied(let resolution?)? = answer.update?.status else {
                Issue.record("the post shows \(answer.update?.status.name ?? "nothing")")
                return
            }
            #expect(resolution.by == "bob" && answer.text.contains("bob"))
        }
    }

    @Test("Nobody is named for another decision than the one that they claimed, also when the request is gone")
    func otherDecision() async throws {
        try await Rig.with { rig in
            let id = try rig.request()
            try await rig.reconcile(id)
            try rig.claim(.approve, of: id)
            rig.environment.evidence.saw(.resolved(.denied), of: id, at: .zero)
            rig.remove(id)
            #expect(try await rig.reconcile(id) == .settled)
            #expect(try rig.state(ofOnlyPostAbout: id) == "denied")
            #expect(try !rig.shownStatus(about: id).contains("bob"))
        }
    }

    @Test("A claim on a decision is kept if the request was decided while a slow process was about to remove it")
    func slowRelease() async throws {
        try await Rig.with { rig in
            let id = try rig.request()
            try await rig.reconcile(id)
            let claim = try rig.claim(.approve, of: id)
            let requests = Mutex(0)
            let teleport = ObservedTeleport(
                rig.environment.teleport,
                onRead: { read in
                    let isSecond =
                        read == .beforeRequest
                        && requests.withLock {
                            $0 += 1; return $0 == 2
                        }
                    if isSecond { try? rig.auth.resolve(id.rawValue, .approved) }
                })
            var environment = rig.environment(with: teleport)
            let time = Moment()
            environment.elapsed = {
                time.pass(.seconds(6))
                return time.value
            }
            let claims = ClaimAges(elapsed: { time.value })
            _ = claims.age(of: claim.description, for: id, .deciding)
            time.pass(PostPlan.claimLifetime)
            _ = try await rig.reconcile(id, as: environment, claims: claims)
            #expect(rig.data(of: id)["decision"] == claim.description)
            #expect(try rig.shownStatus(about: id).contains("@bob"))
        }
    }
}

extension Rig {
    /// Claims a decision in the name of `bob`, as a click at another replica does.
    @discardableResult
    fileprivate func claim(_ decision: Decision, of id: RequestID) throws -> DecisionClaim {
        let claim = DecisionClaim(decision: decision, userID: "bob1", username: "bob", at: .now, replica: "other")
        try auth.setPluginData(id.rawValue, of: "mattermost", ["decision": claim.description])
        return claim
    }

    /// Returns the text of the only post that tells the request's status.
    fileprivate func shownStatus(about id: RequestID) throws -> String {
        let fields = try posts(about: id).first?.props["attachments"]?.elements?.first?["fields"]?.elements ?? []
        return fields.first { $0["title"]?.text == "Status" }?["value"]?.text ?? ""
    }
}
