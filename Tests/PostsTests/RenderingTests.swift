import Access
import PluginTestSupport
import Sandbox
import Testing

@testable import Posts

@Suite("Posts are rendered again when the configuration changes, so that their buttons work", .timeLimit(.minutes(1)))
struct RenderingTests {
    /// Returns the plugin with another callback address, started at a later time.
    private func environment(_ rig: Rig, _ fingerprint: String, after time: Duration) -> Environment {
        var environment = rig.replica
        environment.buttons = ButtonMaker(callbackURL: "https://localhost:1/\(fingerprint)") { decision, request, _, _ in
            ["action": decision.rawValue, "req_id": request.id.rawValue]
        }
        environment.rendering = Rendering(
            fingerprint: fingerprint, since: rig.environment.rendering.since.advanced(by: time))
        return environment
    }

    private func editAt(_ rig: Rig, _ id: RequestID) throws -> Int64? { try rig.posts(about: id).first?.editAt }

    private func needsLook(_ id: RequestID, _ environment: Environment, _ rig: Rig) async throws -> Bool {
        guard let request = try await environment.teleport.request(id) else { return false }
        let plan = SweepPlan(rendering: environment.rendering)
        let verdict = plan.verdict(on: request, PluginRecord(rig.data(of: id)), channels: [Rig.channel], now: environment.now())
        return verdict != .fine
    }

    @Test("Open posts are rendered once after a change, and replicas with two configurations do not undo each other's work")
    func rollingUpdate() async throws {
        try await Rig.with { rig in
            let id = try rig.request()
            let old = environment(rig, "old", after: .seconds(1)), new = environment(rig, "new", after: .seconds(60))
            try await rig.reconcile(id, as: old)
            #expect(try await !needsLook(id, old, rig))
            #expect(try await needsLook(id, new, rig))
            try await rig.reconcile(id, as: new)
            let edited = try editAt(rig, id)
            #expect(edited != 0)
            #expect(rig.data(of: id)["rendered"] == new.rendering.description)
            // The process with the old configuration still runs, and so does another one with the new configuration.
            for environment in [old, new, self.environment(rig, "new", after: .seconds(90))] {
                #expect(try await !needsLook(id, environment, rig))
                #expect(try await rig.reconcile(id, as: environment) == .settled)
            }
            #expect(try editAt(rig, id) == edited)
        }
    }

    @Test("A post that could not be rendered again is rendered later, by whichever process comes next")
    func behind() async throws {
        try await Rig.with { rig in
            let id = try rig.request()
            let old = environment(rig, "old", after: .seconds(1)), new = environment(rig, "new", after: .seconds(60))
            try await rig.reconcile(id, as: old)
            rig.mattermost.faults.inject(.internalError, path: "/patch", method: "PUT", times: 2)
            await #expect(throws: MattermostError.self) { try await rig.reconcile(id, as: new) }
            rig.mattermost.faults.clear()
            #expect(try editAt(rig, id) == 0)
            let next = environment(rig, "new", after: .seconds(90))
            #expect(try await needsLook(id, next, rig))
            #expect(try await rig.reconcile(id, as: next) == .settled)
            #expect(try editAt(rig, id) != 0)
            #expect(try await !needsLook(id, next, rig))
        }
    }

    @Test("A decided post is not rendered again")
    func decided() async throws {
        try await Rig.with { rig in
            let id = try rig.request()
            let old = environment(rig, "old", after: .seconds(1)), new = environment(rig, "new", after: .seconds(60))
            try await rig.reconcile(id, as: old)
            try rig.auth.resolve(id.rawValue, .denied)
            try await rig.reconcile(id, as: old)
            let edited = try editAt(rig, id)
            #expect(try await !needsLook(id, new, rig))
            #expect(try await rig.reconcile(id, as: new) == .settled)
            #expect(try editAt(rig, id) == edited)
        }
    }
}
