package import Access

/// The latest thing that the watch has shown of a request. A read that shows less comes from a cache that lags behind, so it
/// must not be believed: the run would find nothing to do, and only the next sweep would see the change.
package struct Sight: Equatable, Sendable {
    package enum Fact: Equatable, Sendable {
        /// The request was made or changed.
        case exists
        /// The request is no longer pending, but in this state. A later decision can overwrite an earlier one.
        case resolved(AccessRequest.State)
        /// The request was deleted, or it expired.
        case deleted

        /// How far the request had come. It never goes back.
        var stage: Int {
            switch self {
            case .exists: 0
            case .resolved: 1
            case .deleted: 2
            }
        }

        var name: String {
            switch self {
            case .exists: "exists"
            case .resolved(let state): state.name
            case .deleted: "deleted"
            }
        }

        /// Whether a later fact shows another decision.
        func isOverruled(by later: Fact) -> Bool {
            guard case .resolved(let first) = self, case .resolved(let second) = later else { return false }
            return first != second
        }
    }

    /// The time for which a read that shows less is held for old. After that the read is believed: the role may have lost the
    /// permission to read requests.
    static let trust = Duration.seconds(30)
    private static let firstPause = Duration.milliseconds(250)

    let fact: Fact
    /// The elapsed time of the event.
    let at: Duration
    /// Whether the event showed another decision than an earlier event.
    var isOverruling = false
    /// The last decision that an event showed, which a read may not have shown before the request was deleted.
    var decision: AccessRequest.State?

    /// Returns the time after which the request should be read again, because `request` is older than this sight. It is nil if
    /// the read can be believed. The pauses double.
    func pause(for request: AccessRequest?, at now: Duration) -> Duration? {
        guard isNewer(than: request), now - at < Self.trust, !Sabotage.isActive(.staleReadBelieved) else { return nil }
        return max(now - at, Self.firstPause)
    }

    private func isNewer(than request: AccessRequest?) -> Bool {
        switch fact {
        case .exists: request == nil
        case .resolved(let state): request?.state != state
        case .deleted: request != nil
        }
    }
}
