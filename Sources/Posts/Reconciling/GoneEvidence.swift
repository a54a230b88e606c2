package import Access
import Synchronization

/// Collects evidence that a request which the server does not return is really gone. It could also be hidden by a missing
/// permission, or missing from a cache that lags a moment behind.
///
/// An empty answer alone proves nothing, because a role without `list` gets an empty answer and not an error (Teleport's
/// `lib/auth/auth_with_roles.go`, `GetAccessRequests`). A deletion that the watch reported is proof, after ``confirmation`` if no
/// decision was seen. Otherwise the request must be missing twice, ``confirmation`` apart, and the role must be seen to show
/// requests both shortly before and after the last of these reads. Older evidence does not count, because a role can lose its
/// permissions while the plugin runs, and get them back.
package final class GoneEvidence: Sendable {
    /// The conclusion from the evidence about one request.
    enum Verdict: Equatable, Sendable {
        case gone
        /// The request may still exist, because the role is not shown all requests.
        case hidden
        /// The request has not been missing for long enough. The verdict can be asked for again after this time.
        case tooEarly(Duration)
    }

    /// The time between two looks for a missing request. Newer servers answer from a cache that may lag a moment behind.
    static let confirmation = Duration.seconds(2)
    private static let secondRead = Duration.milliseconds(20)
    /// The longest time between a sign that the role is shown requests and the read that it holds for.
    private static let freshness = Duration.seconds(2)

    /// The elapsed times at which the first and the last read began that did not return a request.
    private struct Missing {
        var first: Duration
        var last: Duration
    }

    /// A sign that the role was shown requests at some time during a call. The process may have been frozen in the middle of it.
    private struct Sign {
        var begun: Duration
        var ended: Duration
    }

    private struct State {
        /// The last sign that the role is shown requests. This is nil if there was none.
        var shown: Sign?
        var missing: [RequestID: Missing] = [:]
        /// The elapsed time at which Teleport could be reached again, or the connection was opened.
        var begun: Duration?
        /// What the watch has shown of requests that are not settled.
        var sights: [RequestID: Sight] = [:]
    }

    private let state = Mutex(State())

    package init() {}

    /// Records that the server returned the request, which shows that the role may list and read.
    /// - Parameters:
    ///   - begun: the elapsed time at which the read began.
    ///   - now: the elapsed time after it.
    func saw(_ id: RequestID, since begun: Duration, at now: Duration) {
        sawRequests(since: begun, at: now)
        state.withLock { $0.missing[id] = nil }
    }

    /// Records that a call between these times has shown that the role is shown requests.
    func sawRequests(since begun: Duration, at now: Duration) {
        state.withLock { $0.shown = Sign(begun: begun, ended: now) }
    }

    /// Records that the server did not return the request.
    /// - Parameter begun: the elapsed time at which the read began.
    func missed(_ id: RequestID, at begun: Duration) {
        state.withLock { $0.missing[id] = Missing(first: $0.missing[id]?.first ?? begun, last: begun) }
    }

    /// Forgets which requests were missing, because Teleport can be reached again. From now on other replicas write the decisions
    /// that this one's watch has missed, and ``confirmation`` is the time that they have for it.
    func startOver(at now: Duration) { state.withLock { ($0.begun, $0.missing) = (now, [:]) } }

    /// Records what an event of the watch has shown. Events come in order, but a request does not become pending again, nor
    /// does it come back, so the furthest fact is kept.
    package func saw(_ fact: Sight.Fact, of id: RequestID, at now: Duration) {
        state.withLock { state in
            let known = state.sights[id]
            if let known, known.fact.stage > fact.stage { return }
            let isOverruling = known.map { $0.isOverruling || $0.fact.isOverruled(by: fact) } ?? false
            var decision = known?.decision
            if case .resolved(let state) = fact { decision = state }
            state.sights[id] = Sight(fact: fact, at: now, isOverruling: isOverruling, decision: decision)
        }
    }

    /// Records a decision that this process made itself, unless the watch has told one already: that may be a later one.
    /// Returns whether it was recorded.
    func decided(_ id: RequestID, _ decision: AccessRequest.State, at now: Duration) -> Bool {
        state.withLock { state in
            guard (state.sights[id]?.fact ?? .exists).stage == 0 else { return false }
            state.sights[id] = Sight(fact: .resolved(decision), at: now, decision: decision)
            return true
        }
    }

    func sight(of id: RequestID) -> Sight? { state.withLock { $0.sights[id] } }

    /// Forgets all evidence about the request, except for what the watch has shown since `sight`.
    func forget(_ id: RequestID, upTo sight: Sight?) {
        state.withLock { state in
            if state.sights[id] == sight { state.sights[id] = nil }
            state.missing[id] = nil
        }
    }

    /// Whether nothing is known about any request.
    var isEmpty: Bool { state.withLock { $0.sights.isEmpty && $0.missing.isEmpty } }

    /// What is known about requests, as text.
    var summary: String {
        state.withLock { state in
            let sights = state.sights.map { "\($0) \($1.fact.name) \($1.at) \($1.isOverruling) \($1.decision?.name ?? "")" }
            let missing = state.missing.map { "\($0) \($1.first) \($1.last)" }
            return ((sights + missing).sorted() + ["\(state.begun ?? .zero)"]).joined(separator: " ")
        }
    }

    /// Releases the memory that a burst of requests took.
    func shrink() {
        state.withLock { state in
            if state.sights.isEmpty { state.sights = [:] }
            if state.missing.isEmpty { state.missing = [:] }
        }
    }

    func verdict(
        on id: RequestID, with teleport: any AccessService, elapsed: @Sendable () -> Duration
    ) async throws(TeleportError) -> Verdict {
        let now = elapsed()
        let (sight, missing, shown, begun) = state.withLock {
            ($0.sights[id], $0.missing[id] ?? Missing(first: now, last: now), $0.shown, $0.begun)
        }
        if Sabotage.isActive(.absenceBelievedOnce) { return .gone }
        if let sight, sight.fact == .deleted {
            // Another replica may have seen a decision that this one's watch missed, and writes it within moments.
            let rest = sight.decision == nil ? Self.confirmation - (missing.last - max(sight.at, begun ?? sight.at)) : .zero
            return rest > .zero ? .tooEarly(rest) : .gone
        }
        let rest = Self.confirmation - (missing.last - missing.first)
        guard rest <= .zero else { return .tooEarly(rest) }
        guard let shown, shown.begun >= missing.first, now - shown.begun <= Self.freshness else {
            guard try await isShown(id, by: teleport, elapsed) else { return hidden(id) }
            // The permission may have come back after the request was read, so it is read once more.
            return .tooEarly(Self.secondRead)
        }
        guard missing.last >= shown.ended else { return .tooEarly(Self.secondRead) }
        // The permission may have been lost before the request was read.
        return try await isShown(id, by: teleport, elapsed) ? .gone : hidden(id)
    }

    /// Returns that the request is hidden. What was not read meanwhile proves nothing.
    private func hidden(_ id: RequestID) -> Verdict {
        state.withLock { $0.missing[id] = nil }
        return .hidden
    }

    /// Returns whether the role is shown requests at present, and remembers it.
    private func isShown(
        _ id: RequestID, by teleport: any AccessService, _ elapsed: @Sendable () -> Duration
    ) async throws(TeleportError) -> Bool {
        let begun = elapsed()
        var isShown = try await teleport.showsAllRequests()
        if !isShown { isShown = try await Self.isRefused(id, by: teleport) }
        if isShown { sawRequests(since: begun, at: elapsed()) }
        return isShown
    }

    /// Returns whether the server itself says that the request does not exist. The call deletes a plugin data key that never
    /// exists, so it changes nothing. If the request still has plugin data, the server writes without looking for the request;
    /// if it has none, the server must find the request first and fails if it is gone.
    private static func isRefused(_ id: RequestID, by teleport: any AccessService) async throws(TeleportError) -> Bool {
        do {
            try await teleport.updatePluginData(of: id, setting: ["probe": ""], expecting: [:])
            return false
        } catch {
            guard error.code == .notFound else { throw error }
            return true
        }
    }
}
