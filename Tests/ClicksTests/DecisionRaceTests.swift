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
                with: Meddler(teleport: rig.environment.teleport) {
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

/// Passes all calls on to Teleport, and calls `beforeClaim` right before a decision is claimed.
private struct Meddler: AccessService {
    let teleport: any AccessService
    let beforeClaim: @Sendable () -> Void

    var clusterName: String? { teleport.clusterName }
    var webAddress: String? { teleport.webAddress }

    func request(_ id: RequestID) async throws(TeleportError) -> AccessRequest? { try await teleport.request(id) }
    func requests() async throws(TeleportError) -> [AccessRequest] { try await teleport.requests() }
    func showsAllRequests() async throws(TeleportError) -> Bool { try await teleport.showsAllRequests() }
    func pluginData(of id: RequestID) async throws(TeleportError) -> [String: String] { try await teleport.pluginData(of: id) }

    func updatePluginData(
        of id: RequestID, setting: [String: String], expecting: [String: String]
    ) async throws(TeleportError) {
        if setting[PluginRecord.Key.decision]?.isEmpty == false { beforeClaim() }
        try await teleport.updatePluginData(of: id, setting: setting, expecting: expecting)
    }

    func decide(_ decision: Decision, on id: RequestID, delegator: String, reason: String) async throws(TeleportError) {
        try await teleport.decide(decision, on: id, delegator: delegator, reason: reason)
    }

    func review(
        _ decision: Decision, of id: RequestID, as author: String?, reason: String
    ) async throws(TeleportError) -> AccessRequest {
        try await teleport.review(decision, of: id, as: author, reason: reason)
    }
}
