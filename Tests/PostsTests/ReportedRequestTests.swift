import Access
import PluginTestSupport
import Sandbox
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
