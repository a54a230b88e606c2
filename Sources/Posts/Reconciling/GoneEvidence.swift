package import Access
import Synchronization

/// What shows that a request which the server does not return is really gone, and not hidden by a missing permission or by a
/// copy of the data that is a moment behind.
///
/// A role without `list` gets an empty answer, not an error, so emptiness alone proves nothing (Teleport's
/// `lib/auth/auth_with_roles.go`, `GetAccessRequests`). A deletion that the watch told of is proof. Otherwise the request must be
/// missing twice, ``confirmation`` apart, and the role must have been seen to show requests since it was first missing: proof
/// ages, because a role can lose its permissions while the plugin runs.
package final class GoneEvidence: Sendable {
    enum Verdict: Equatable, Sendable {
        case gone
        /// It may be there: the role is not shown all requests.
        case hidden
        /// It has not been missing for long enough.
        case tooEarly(Duration)
    }

    /// Newer servers answer from a cache that may be a moment behind.
    static let confirmation = Duration.seconds(2)

    private struct State {
        /// When the role was last seen to show requests, as the elapsed time.
        var shownAt: Duration?
        var missingSince: [RequestID: Duration] = [:]
        var deleted: Set<RequestID> = []
    }

    private let state = Mutex(State())

    package init() {}

    /// The server returned the request, so the role may list and read.
    func saw(_ id: RequestID, at now: Duration) {
        state.withLock { state in
            state.shownAt = now
            state.missingSince[id] = nil
        }
    }

    /// A list came that was not empty.
    func sawRequests(at now: Duration) { state.withLock { $0.shownAt = now } }

    /// The server did not return the request.
    func missed(_ id: RequestID, at now: Duration) {
        state.withLock { state in
            if state.missingSince[id] == nil { state.missingSince[id] = now }
        }
    }

    package func sawDeletion(of id: RequestID) { state.withLock { _ = $0.deleted.insert(id) } }

    /// Nothing about the request needs remembering any more.
    func forget(_ id: RequestID) {
        state.withLock { state in
            state.deleted.remove(id)
            state.missingSince[id] = nil
        }
    }

    /// Gives back the room that a burst took.
    func shrink() {
        state.withLock { state in
            if state.deleted.isEmpty { state.deleted = [] }
            if state.missingSince.isEmpty { state.missingSince = [:] }
        }
    }

    func verdict(
        on id: RequestID, with teleport: any AccessService, elapsed: @Sendable () -> Duration
    ) async throws(TeleportError) -> Verdict {
        let now = elapsed()
        let (isDeleted, since, shownAt) = state.withLock {
            ($0.deleted.contains(id), $0.missingSince[id] ?? now, $0.shownAt)
        }
        if isDeleted { return .gone }
        guard now - since >= Self.confirmation else { return .tooEarly(Self.confirmation - (now - since)) }
        if let shownAt, shownAt >= since { return .gone }
        var isShown = try await teleport.showsAllRequests()
        if !isShown { isShown = try await Self.isRefused(id, by: teleport) }
        guard isShown else { return .hidden }
        sawRequests(at: now)
        return .gone
    }

    /// Deletes a key that is never there. With plugin data left the server writes without looking for the request; with none it
    /// must find the request first.
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
