import Access
import PluginTestSupport
import Sandbox
import Synchronization
import Testing

@testable import Clicks

@Suite("The moments of claims on decisions", .timeLimit(.minutes(1)))
struct ClaimMomentsTests {
    private static let noon = Timestamp(milliseconds: 1_700_000_000_000)

    @Test("No two claims have the same moment, also while the clock stands still or has just gone back")
    func unique() {
        let moments = ClaimMoments()
        let times = [0, 0, 0, 1, -200, 5].map { moments.next(Self.noon.advanced(by: .milliseconds($0))) }
        #expect(times.map { $0.since(Self.noon) / .milliseconds(1) } == [0, 1, 2, 3, 4, 5])
    }

    @Test("A clock that was set back is followed")
    func setBack() {
        let moments = ClaimMoments()
        let before = moments.next(Self.noon), hourAgo = Self.noon.advanced(by: .seconds(-3600))
        #expect(before == Self.noon && moments.next(hourAgo) == hourAgo)
    }

    @Test("Two clicks of a person in the same millisecond write different claims")
    func doubleClick() async throws {
        try await Rig.with { rig in
            let claims = Mutex<[String]>([])
            let observed = ObservedTeleport(rig.environment.teleport) { fields in
                if let claim = fields[PluginRecord.Key.decision], !claim.isEmpty { claims.withLock { $0.append(claim) } }
            }
            var environment = rig.environment(with: observed)
            environment.now = { Self.noon }
            let moments = ClaimMoments()
            for _ in 1...2 {
                let id = try rig.request()
                try await rig.reconcile(id)
                let approvals = Approvals(context: environment.clicks, moments: moments) { _, _ in }
                #expect(await approvals.answer(try rig.click(.deny, on: id), ClickProgress()).isDecided)
            }
            let written = claims.withLock { $0 }
            #expect(written.count == 2 && Set(written).count == 2)
        }
    }
}
