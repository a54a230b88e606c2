import Synchronization

/// Decides once whether a click's decision begins before its answer is due. If it does not, it never begins.
///
/// ```
///             begin() → true
///  looking ────────────────────→ deciding     giveUp() → true: the decision goes on
///     │
///     │       giveUp() → false
///     └────────────────────────→ abandoned    begin() → false: nothing is decided
/// ```
package final class ClickProgress: Sendable {
    private enum State { case looking, deciding, abandoned }

    private let state = Mutex(State.looking)

    package init() {}

    /// Returns true if the decision may begin, which happens at most once. Nothing may be written to Teleport before this has
    /// returned true.
    func begin() -> Bool {
        state.withLock { state in
            guard state == .looking else { return false }
            state = .deciding
            return true
        }
    }

    /// Records that the answer is due. Returns true if the decision has begun and will go on, and false if it will never begin.
    func giveUp() -> Bool {
        state.withLock { state in
            if state == .looking { state = .abandoned }
            return state == .deciding
        }
    }
}
