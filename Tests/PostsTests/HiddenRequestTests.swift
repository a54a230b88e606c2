import Access
import PluginTestSupport
import Sandbox
import Synchronization
import Testing

@testable import Posts

@Suite("A request that the plugin's role is not shown", .timeLimit(.minutes(1)))
struct HiddenRequestTests {
    @Test("A request that the watch showed is looked at again until the role is shown it")
    func lookedAtAgain() async throws {
        let blind = AuthPermission.plugin.filter { $0.verb != "list" }
            .union([AuthPermission("list", "access_plugin_data")])
        try await Rig.with(permissions: blind) { rig in
            let id = try rig.request()
            let environment = rig.environment(after: Sight.trust + GoneEvidence.confirmation)
            environment.evidence.saw(.exists, of: id, at: .zero)
            environment.evidence.missed(id, at: .zero)
            guard case .failed = try await rig.reconcile(id, as: environment) else {
                Issue.record("the request is forgotten")
                return
            }
        }
    }

    @Test("A decision that is known of a request that cannot be read is shown at once, and its requester is told later")
    func knownDecision() async throws {
        let listing = AuthPermission.plugin.union([AuthPermission("list", "access_plugin_data")])
        try await Rig.with(permissions: listing) { rig in
            var environment = rig.environment(after: Sight.trust)
            environment.notifiesRequester = true
            let id = try rig.request()
            try await rig.reconcile(id, as: environment)
            try rig.auth.resolve(id.rawValue, .approved)
            environment.evidence.saw(.resolved(.approved), of: id, at: .zero)
            let list = AuthPermission("list", "access_request")
            rig.auth.withdraw(list)
            #expect(try await rig.reconcile(id, as: environment) == .settled)
            #expect(try rig.state(ofOnlyPostAbout: id) == "approved")
            #expect(PluginRecord(rig.data(of: id)).behind == [PluginRecord.noticeIsBehind])
            rig.auth.grant(list)
            #expect(try await rig.reconcile(id, as: environment) == .settled)
            #expect(try rig.told(id) == ["@dave", "access-requests"])
            #expect(PluginRecord(rig.data(of: id)).behind.isEmpty)
        }
    }

    @Test("Nobody is told later of a decision about a request that is gone")
    func noNotice() async throws {
        try await Rig.with { rig in
            var environment = rig.environment
            environment.notifiesRequester = true
            let id = try rig.request()
            try await rig.reconcile(id, as: environment)
            try await rig.show(.approved(nil), in: try rig.recordedPost(about: id), about: id)
            rig.remove(id, as: environment)
            #expect(try await rig.reconcile(id, as: environment) == .settled)
            #expect(try rig.state(ofOnlyPostAbout: id) == "approved")
            #expect(PluginRecord(rig.data(of: id)).behind.isEmpty)
        }
    }

    @Test("A sign that the role was shown requests counts only shortly before a read, and only if it is shown them afterwards")
    func flappingPermission() async throws {
        let id = try #require(RequestID("request-1"))
        func verdict(shownAt: Duration, isShownNow: Bool) async throws -> GoneEvidence.Verdict {
            let evidence = GoneEvidence()
            evidence.missed(id, at: .zero)
            evidence.sawRequests(since: shownAt, at: shownAt)
            evidence.missed(id, at: .seconds(15))
            return try await evidence.verdict(on: id, with: Role(isShown: isShownNow), elapsed: { .seconds(15) })
        }
        let old = try await verdict(shownAt: .seconds(10), isShownNow: false)
        let lost = try await verdict(shownAt: .seconds(14), isShownNow: false)
        let fresh = try await verdict(shownAt: .seconds(14), isShownNow: true)
        #expect(old == .hidden && lost == .hidden && fresh == .gone)
        guard case .tooEarly = try await verdict(shownAt: .seconds(10), isShownNow: true) else {
            Issue.record("an old sign was believed")
            return
        }
    }

    @Test("A sign is as old as the beginning of its call, and only a read after its end counts")
    func slowSign() async throws {
        let id = try #require(RequestID("request-1"))
        func verdict(read: Duration, sign: ClosedRange<Duration>) async throws -> GoneEvidence.Verdict {
            let evidence = GoneEvidence()
            evidence.missed(id, at: .zero)
            evidence.sawRequests(since: sign.lowerBound, at: sign.upperBound)
            evidence.missed(id, at: read)
            return try await evidence.verdict(on: id, with: Role(isShown: true), elapsed: { .seconds(15) })
        }
        #expect(try await verdict(read: .seconds(15), sign: .seconds(14) ... .seconds(15)) == .gone)
        for (read, sign) in [(15, 5...15), (14, 14...15)] {
            let sign = Duration.seconds(sign.lowerBound) ... .seconds(sign.upperBound)
            guard case .tooEarly = try await verdict(read: .seconds(read), sign: sign) else {
                Issue.record("believed: \(read), \(sign)")
                return
            }
        }
    }

    @Test("A sweep that sees no request says whether the role may be shown none", arguments: [true, false])
    func blindSweep(_ mayList: Bool) async throws {
        let permissions = AuthPermission.plugin.filter { mayList || $0.verb != "list" }
            .union([AuthPermission("list", "access_plugin_data")])
        try await Rig.with(permissions: permissions) { rig in
            let context = rig.environment.posts
            let sweep = Sweep(context, Reconciler(context, health: Health()))
            let view = try await sweep()
            #expect(view == (mayList ? .complete : .perhapsBlind))
        }
    }

    @Test("A read that shows an earlier decision than the watch did is held for old")
    func overwrittenDecision() throws {
        let id = try #require(RequestID("request-1"))
        var request = AccessRequest(
            id: id, user: "dave", roles: ["editor"], state: .approved, created: Timestamp(milliseconds: 0))
        let sight = Sight(fact: .resolved(.denied), at: .zero)
        #expect(sight.pause(for: request, at: .seconds(1)) != nil)
        request.state = .denied
        #expect(sight.pause(for: request, at: .seconds(1)) == nil)
    }

    @Test("A request is read after its record, so that it is never taken for older than what another replica recorded")
    func readAfterRecord() async throws {
        try await Rig.with { rig in
            let teleport = Role(isShown: true)
            try await rig.reconcile(try rig.request(), as: rig.environment(with: teleport))
            #expect(teleport.calls == ["record begins", "record ends", "request"])
        }
    }
}

/// A Teleport without requests, which notes in which order it is read.
private final class Role: AccessService {
    private let isShown: Bool
    private let log = Mutex<[String]>([])

    init(isShown: Bool) { self.isShown = isShown }

    var calls: [String] { log.withLock { $0 } }
    var clusterName: String? { "example" }
    var webAddress: String? { nil }

    func request(_ id: RequestID) async throws(TeleportError) -> AccessRequest? {
        log.withLock { $0.append("request") }
        return nil
    }

    func requests() async throws(TeleportError) -> [AccessRequest] { [] }
    func showsAllRequests() async throws(TeleportError) -> Bool { isShown }

    func pluginData(of id: RequestID) async throws(TeleportError) -> [String: String] {
        log.withLock { $0.append("record begins") }
        await Task.yield()
        log.withLock { $0.append("record ends") }
        return [:]
    }

    func updatePluginData(
        of id: RequestID, setting: [String: String], expecting: [String: String]
    ) async throws(TeleportError) {}

    func decide(_ decision: Decision, on id: RequestID, delegator: String, reason: String) async throws(TeleportError) {}

    func review(
        _ decision: Decision, of id: RequestID, as author: String?, reason: String
    ) async throws(TeleportError) -> AccessRequest { throw TeleportError(.unimplemented, "no reviews") }
}
