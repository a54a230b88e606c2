import Access
import PluginTestSupport
import Sandbox
import Testing

@testable import Clicks

@Suite("A decision that competes with others", .timeLimit(.minutes(1)))
struct DecisionRaceTests {
    @Test("A decision made with tctl between the look-up and the claim stands, and the clicker is told")
    func tctl() async throws {
        try await Rig.with { rig in
            let id = try rig.request()
            try await rig.reconcile(id)
            let meddled = rig.environment(
                with: ObservedTeleport(rig.environment.teleport) { fields in
                    guard fields[PluginRecord.Key.decision]?.isEmpty == false else { return }
                    try? rig.auth.resolve(id.rawValue, .approved)
                })
            let answer = await rig.answer(try rig.click(.deny, on: id), as: meddled)
            #expect(answer.text.hasPrefix("This request was already approved"))
            #expect(answer.update?.status.name == "approved")
            #expect(rig.auth.auditLog.map(\.caller) == [rig.auth.auditLog.first?.caller].compactMap { $0 })
            #expect(rig.data(of: id)["decision"] == nil)
        }
    }

    @Test("A claim whose answer got lost does not keep the person from trying again")
    func lostClaim() async throws {
        try await Rig.with { rig in
            let id = try rig.request()
            try await rig.reconcile(id)
            rig.auth.faults.next(of: "UpdatePluginData", .actThenDrop)
            let first = await rig.answer(try rig.click(.approve, on: id))
            #expect(first.text.contains("nothing was decided"))
            #expect(rig.data(of: id)["decision"] == nil)
            #expect(await rig.answer(try rig.click(.approve, on: id)).text.hasPrefix("You approved"))
            #expect(rig.auth.auditLog.count == 1)
        }
    }
}
