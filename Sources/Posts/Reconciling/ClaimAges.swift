import Access
import Synchronization

/// Measures how long this process has seen each claim unchanged. This tells the claim of a dead replica from that of a live one
/// without comparing the clocks of two machines. It has entries for unsettled requests only.
package final class ClaimAges: Sendable {
    /// The two claims of a request's record: the claim on posting and the claim on deciding.
    enum Kind: Hashable, Sendable { case posting, deciding }

    private struct Key: Hashable {
        var id: RequestID
        var kind: Kind
    }

    private let seen = Mutex<[Key: (claim: String, since: Duration)]>([:])
    private let elapsed: @Sendable () -> Duration

    package init(elapsed: @escaping @Sendable () -> Duration) { self.elapsed = elapsed }

    /// Returns how long the claim has been seen unchanged. This is zero if `claim` is empty or seen for the first time.
    func age(of claim: String, for id: RequestID, _ kind: Kind) -> Duration {
        let key = Key(id: id, kind: kind), now = elapsed()
        return seen.withLock { seen in
            guard !claim.isEmpty else {
                seen[key] = nil
                return .zero
            }
            if Sabotage.isActive(.claimAgeIgnored) { return .seconds(86_400) }
            if let known = seen[key], known.claim == claim { return now - known.since }
            seen[key] = (claim, now)
            return .zero
        }
    }

    var isEmpty: Bool { seen.withLock { $0.isEmpty } }

    /// All claims with the times since when they were seen, as text.
    var summary: String {
        seen.withLock {
            $0.map { "\($0.key.id) \($0.key.kind == .posting) \($0.value.claim) \($0.value.since)" }.sorted().joined(
                separator: " ")
        }
    }

    /// Releases the memory that a burst of requests took.
    func shrink() { seen.withLock { if $0.isEmpty { $0 = [:] } } }

    func forget(_ id: RequestID) {
        seen.withLock { seen in
            seen[Key(id: id, kind: .posting)] = nil
            seen[Key(id: id, kind: .deciding)] = nil
        }
    }
}
