import Access
import Mattermost
import PluginTestSupport
import Sandbox
import Synchronization
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
}
