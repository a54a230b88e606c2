import Access
import GRPCCore
import Mattermost
import PluginTestSupport
import Sandbox
import Synchronization
import TestSupport
import Testing

@testable import Posts

@Suite("Posts that nobody recorded, in channels that cannot be looked through at first", .timeLimit(.minutes(1)))
struct LostPostTests {
    private typealias Key = PluginRecord.Key

    private static let begun = "\(Timestamp.now.advanced(by: .seconds(-60)).milliseconds)"

    /// Makes a request with a post that a replica did not record before it died. A person has decided the request since.
    private func decidedWithLostPost(_ rig: Rig) async throws -> RequestID {
        let id = try rig.request()
        try await rig.reconcile(id)
        try rig.auth.setPluginData(id.rawValue, of: "mattermost", [Key.messages: "", Key.claimSince: Self.begun])
        try rig.auth.resolve(id.rawValue, .approved)
        return id
    }

    @Test("The post of a decided request is brought up to date when its channel is open again")
    func closedChannel() async throws {
        try await Rig.with { rig in
            let id = try await decidedWithLostPost(rig)
            try rig.mattermost.world.change { state, _ in state.channels[0].members.remove(state.bot?.id ?? "") }
            await #expect(throws: Hindrance.self) { try await rig.reconcile(id) }
            #expect(rig.data(of: id)[Key.claimSince] == Self.begun && rig.data(of: id)[Key.claim] == nil)
            let request = try #require(try await rig.environment.teleport.request(id))
            let plan = SweepPlan(rendering: rig.environment.rendering)
            #expect(plan.verdict(on: request, PluginRecord(rig.data(of: id)), channels: [], now: .now) == .amiss)
            try rig.mattermost.world.change { state, _ in state.channels[0].members.insert(state.bot?.id ?? "") }
            #expect(try await rig.reconcile(id) == .settled)
            #expect(try rig.state(ofOnlyPostAbout: id) == "approved")
            #expect(rig.data(of: id)[Key.claimSince] == nil)
        }
    }

    @Test("It is looked for again when its channel could not be found at first", arguments: [true, false])
    func unknownChannel(isGone: Bool) async throws {
        try await Rig.with { rig in
            let id = try await decidedWithLostPost(rig)
            let replica = rig.replica
            if isGone { rig.remove(id, as: replica) }
            rig.mattermost.faults.inject(.internalError, path: "/api/v4/teams/name/", method: "GET", times: 9)
            _ = try? await rig.reconcile(id, as: replica)
            #expect(rig.data(of: id)[Key.claimSince] == Self.begun)
            rig.mattermost.faults.clear()
            _ = try await rig.reconcile(id, as: replica)
            #expect(try rig.state(ofOnlyPostAbout: id) == (isGone ? "expired" : "approved"))
            #expect(rig.data(of: id)[Key.claimSince] == nil)
        }
    }

    /// Makes a request with posts that a replica did not record before it died.
    private func unrecorded(_ rig: Rig, reviewers: [String] = []) async throws -> RequestID {
        let id = try rig.request(reviewers: reviewers)
        let failing = ObservedTeleport(rig.environment.teleport) { fields in
            if fields[Key.messages] != nil { rig.auth.faults.next(of: "UpdatePluginData", .answer(.internalError, "broken")) }
        }
        await #expect(throws: TeleportError.self) { try await rig.reconcile(id, as: rig.environment(with: failing)) }
        return id
    }

    @Test("A post that nobody recorded still tells who asked for what when its request is gone, whoever finds it")
    func subject() async throws {
        try await Rig.with { rig in
            let id = try await unrecorded(rig)
            let finder = rig.replica
            rig.remove(id, as: finder)
            try await finish(id, rig, as: finder)
            #expect(try rig.state(ofOnlyPostAbout: id) == "expired")
            let text = "\(try rig.posts(about: id).first?.props["attachments"] ?? .null)"
            #expect(text.contains("dave") && text.contains("editor") && text.contains("why"))
        }
    }

    @Test("A suggested reviewer's post that nobody recorded is found when its request is gone")
    func suggestedReviewer() async throws {
        try await Rig.with { rig in
            let id = try await unrecorded(rig, reviewers: ["carol@example.com"])
            #expect(try rig.posts(about: id).count == 2)
            let finder = rig.replica
            rig.remove(id, as: finder)
            try await finish(id, rig, as: finder)
            #expect(try rig.posts(about: id).allSatisfy { $0.props["teleport"]?["state"]?.text == "expired" })
            #expect(rig.data(of: id)[Key.claimChannels] == nil)
        }
    }

    @Test("A suggested reviewer's channel is not left in the record once the posts are recorded")
    func recorded() async throws {
        try await Rig.with { rig in
            let id = try rig.request(reviewers: ["carol@example.com"])
            #expect(try await rig.reconcile(id) == .settled)
            #expect(try rig.posts(about: id).count == 2)
            #expect(rig.data(of: id)[Key.claimChannels] == nil && rig.data(of: id)[Key.claimSince] == nil)
        }
    }

    /// Runs over a request until it is settled. The claim of the replica that died is old by then.
    private func finish(_ id: RequestID, _ rig: Rig, as replica: Environment) async throws {
        let time = Moment()
        let claims = ClaimAges(elapsed: { time.value })
        _ = claims.age(of: rig.data(of: id)[Key.claim] ?? "", for: id, .posting)
        time.pass(PostPlan.claimLifetime)
        #expect(try await rig.reconcile(id, as: replica, claims: claims) == .settled)
    }
}
