import Access
import PluginTestSupport
import Sandbox
import Testing

@testable import Posts

@Suite("Requests that are held back", .timeLimit(.minutes(1)))
struct PostingDelayTests {
    private func environment(_ rig: Rig, later: Duration = .zero) -> Environment {
        var environment = rig.environment(after: later)
        environment.postingDelay = .seconds(3)
        return environment
    }

    @Test("A request that is decided while it is held back is not posted, and leaves nothing behind")
    func decided() async throws {
        try await Rig.with { rig in
            let id = try rig.request()
            var memory = RunMemory()
            guard case .later(let wait) = try await rig.reconcile(id, as: environment(rig), &memory) else {
                Issue.record("the request was not held back")
                return
            }
            #expect(wait > .zero && wait <= .seconds(3))
            try rig.auth.resolve(id.rawValue, .approved)
            #expect(try await rig.reconcile(id, as: environment(rig, later: .seconds(3)), &memory) == .settled)
            #expect(try rig.posts(about: id).isEmpty)
            #expect(rig.data(of: id).isEmpty)
        }
    }

    @Test("A request that is still pending is posted after the time, and is not held back again")
    func pending() async throws {
        try await Rig.with { rig in
            let id = try rig.request()
            var memory = RunMemory()
            _ = try await rig.reconcile(id, as: environment(rig), &memory)
            #expect(try rig.posts(about: id).isEmpty)
            #expect(try await rig.reconcile(id, as: environment(rig, later: .seconds(3)), &memory) == .settled)
            #expect(try rig.state(ofOnlyPostAbout: id) == "pending")
            try rig.auth.resolve(id.rawValue, .denied)
            #expect(try await rig.reconcile(id, as: environment(rig)) == .settled)
            #expect(try rig.state(ofOnlyPostAbout: id) == "denied")
        }
    }

    @Test("Without a delay, a request that is first seen decided is not posted either")
    func firstSeenDecided() async throws {
        try await Rig.with { rig in
            for state in [AuthRequest.State.approved, .denied] {
                let id = try rig.request()
                try rig.auth.resolve(id.rawValue, state, reason: "by a rule")
                #expect(try await rig.reconcile(id) == .settled)
                #expect(try rig.posts(about: id).isEmpty)
                #expect(rig.data(of: id).isEmpty)
            }
        }
    }
}
