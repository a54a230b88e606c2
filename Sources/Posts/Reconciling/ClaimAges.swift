import Access
import Synchronization

/// For how long this process has seen each claim unchanged: what tells a dead replica's claim from a live one's without
/// comparing the clocks of two machines. Holds entries of unsettled requests only.
package final class ClaimAges: Sendable {
    enum Kind: Hashable, Sendable { case posting, deciding }

    private struct Key: Hashable {
        var id: RequestID
        var kind: Kind
    }

    private let seen = Mutex<[Key: (claim: String, since: Duration)]>([:])
    private let elapsed: @Sendable () -> Duration

    package init(elapsed: @escaping @Sendable () -> Duration) { self.elapsed = elapsed }

    /// Zero when `claim` is empty or seen for the first time.
    func age(of claim: String, for id: RequestID, _ kind: Kind) -> Duration {
        let key = Key(id: id, kind: kind), now = elapsed()
        return seen.withLock { seen in
            guard !claim.isEmpty else {
                seen[key] = nil
                return .zero
            }
            if let known = seen[key], known.claim == claim { return now - known.since }
            seen[key] = (claim, now)
            return .zero
        }
    }

    var isEmpty: Bool { seen.withLock { $0.isEmpty } }

    /// Gives back the room that a burst took.
    func shrink() { seen.withLock { if $0.isEmpty { $0 = [:] } } }

    func forget(_ id: RequestID) {
        seen.withLock { seen in
            seen[Key(id: id, kind: .posting)] = nil
            seen[Key(id: id, kind: .deciding)] = nil
        }
    }
}
