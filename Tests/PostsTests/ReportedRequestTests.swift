import Access
import PluginTestSupport
import Sandbox
import Synchronization
import Testing

@testable import Posts

@Suite("A request that the watch has just reported", .timeLimit(.minutes(1)))
struct ReportedRequestTests {
    /// Runs over the request as a replica to which the watch has reported it, and returns its calls to Teleport.
    private static func run(_ id: RequestID, _ rig: Rig, then fact: Sight.Fact = .exists) async throws -> [String] {
        let request = try #require(try await rig.environment.teleport.request(id))
        let teleport = ObservedTeleport(rig.environment.teleport, report: request)
        let environment = rig.environment(with: teleport)
        environment.evidence.saw(fact, of: id, at: environment.elapsed())
        // What was recorded may be damaged, which is an error.
        _ = try? await rig.reconcile(id, as: environment)
        return teleport.calls
    }

    @Test("It is posted without a read")
    func new() async throws {
        try await Rig.with { rig in
            let id = try rig.request()
            #expect(try await Self.run(id, rig) == ["write", "write"])
            #expect(try rig.state(ofOnlyPostAbout: id) == "pending")
            #expect(PluginRecord(rig.data(of: id)).posts.count == 1)
            #expect(rig.data(of: id)["claim"] == nil)
        }
    }

    @Test("If another replica has posted it, it is read and not posted again")
    func posted() async throws {
        try await Rig.with { rig in
            let id = try rig.request()
            try await rig.reconcile(id)
            #expect(try await Self.run(id, rig) == ["write", "record", "request"])
            #expect(try rig.state(ofOnlyPostAbout: id) == "pending")
        }
    }

    @Test("Whatever anybody has recorded is read first", arguments: PluginRecord.Key.ofHandled + [PluginRecord.Key.claim])
    func recorded(key: String) async throws {
        try await Rig.with { rig in
            let id = try rig.request()
            try rig.auth.setPluginData(id.rawValue, of: "mattermost", [key: "dead|1"])
            #expect(try await Self.run(id, rig).prefix(3) == ["write", "record", "request"])
        }
    }

    @Test("It is read if the watch has shown more of it since", arguments: [Sight.Fact.resolved(.denied), .deleted])
    func outdated(fact: Sight.Fact) async throws {
        try await Rig.with { rig in
            let id = try rig.request()
            #expect(try await Self.run(id, rig, then: fact) == ["record", "request"])
            #expect(try rig.posts(about: id).isEmpty)
        }
    }

    /// Sweeps over a request that has no record, and runs over what the sweep has handed over.
    private static func sweep(
        _ id: RequestID, _ rig: Rig, then change: (Environment) async throws -> Environment = { $0 }
    ) async throws -> [String] {
        let teleport = ObservedTeleport(rig.environment.teleport)
        let environment = rig.environment(with: teleport)
        let reconciler = Reconciler(environment.posts, health: Health())
        try await Sweep(environment.posts, reconciler)()
        var memory = try #require(reconciler.shared.memories.withLock { $0[id] })
        try await rig.reconcile(id, as: try await change(environment), &memory)
        return teleport.calls
    }

    @Test("A request that a sweep has listed without a record is posted without a read")
    func listed() async throws {
        try await Rig.with { rig in
            let id = try rig.request()
            #expect(try await Self.sweep(id, rig) == ["write", "write"])
            #expect(try rig.state(ofOnlyPostAbout: id) == "pending")
        }
    }

    @Test("A listed request is read if another replica has posted it, the watch has told of it, or the list is old")
    func listedBefore() async throws {
        let changes: [(Rig, RequestID, Environment) async throws -> (Environment, [String])] = [
            { rig, id, environment in
                try await rig.reconcile(id)
                return (environment, ["write", "record", "request"])
            },
            { rig, id, environment in
                try rig.auth.resolve(id.rawValue, .denied)
                environment.evidence.saw(.resolved(.denied), of: id, at: environment.elapsed())
                return (environment, ["record", "request", "record"])
            },
            { _, _, environment in
                var later = environment
                later.elapsed = { environment.elapsed() + .seconds(6) }
                return (later, ["record", "request", "write", "write"])
            },
        ]
        for change in changes {
            try await Rig.with { rig in
                let id = try rig.request()
                var expected: [String] = []
                let calls = try await Self.sweep(id, rig) { environment in
                    let (changed, calls) = try await change(rig, id, environment)
                    expected = calls
                    return changed
                }
                #expect(calls == expected)
                #expect(try rig.posts(about: id).count == (expected.contains("write") ? 1 : 0))
            }
        }
    }

    @Test("A report is given once, only for a second, and only while nobody has reviewed or decided the request")
    func reports() throws {
        var request = AccessRequest(
            id: try #require(RequestID("request-1")), user: "dave", roles: [], state: .pending,
            created: Timestamp(milliseconds: 1_000_000))
        let time = request.created.advanced(by: ReportedRequests.youth)
        var reports = ReportedRequests()
        reports.saw(request, at: .zero)
        #expect(reports.take(request.id, at: ReportedRequests.life, time: time) == request)
        #expect(reports.take(request.id, at: .zero, time: time) == nil)
        reports.saw(request, at: .zero)
        #expect(reports.take(request.id, at: ReportedRequests.life + .milliseconds(1), time: time) == nil)
        reports.saw(request, at: .zero)
        #expect(reports.take(request.id, at: .zero, time: time.advanced(by: .milliseconds(1))) == nil)
        reports.saw(request, at: .zero)
        request.reviews = [AccessReview(author: "bob", proposed: .approved, reason: "", created: nil)]
        reports.saw(request, at: .zero)
        #expect(reports.isEmpty)
    }

    @Test("Few reports are kept: the newest")
    func bound() throws {
        var reports = ReportedRequests()
        let ids = try (0...ReportedRequests.limit).map { try #require(RequestID("request-\($0)")) }
        for id in ids {
            reports.saw(AccessRequest(id: id, user: "", roles: [], state: .pending, created: .now), at: .zero)
        }
        #expect(reports.take(ids[0], at: .zero, time: .now) == nil)
        #expect(ids.dropFirst().allSatisfy { reports.take($0, at: .zero, time: .now) != nil })
    }
}
