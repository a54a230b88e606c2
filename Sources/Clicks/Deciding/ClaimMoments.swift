import Access
import Synchronization

/// Gives each claim on a decision a moment of its own, so that no two claims of this process are the same text. Otherwise a person
/// who clicks twice within a millisecond would write one claim twice, and the click that fails would give the other's claim back.
package final class ClaimMoments: Sendable {
    /// A clock that is behind the last moment by more than this was set back. No claim of that time is in use any more.
    private static let longestAhead = Duration.seconds(1)

    private let last = Mutex(Timestamp(milliseconds: 0))

    package init() {}

    /// Returns `now`, or the first later moment that no other claim has.
    func next(_ now: Timestamp) -> Timestamp {
        last.withLock { last in
            let isAhead = last >= now && last.since(now) < Self.longestAhead
            last = isAhead ? last.advanced(by: .milliseconds(1)) : now
            return last
        }
    }
}
