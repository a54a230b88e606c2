import Synchronization

/// How far a click has come, decided once: either its decision is begun before the time for an answer is over, or it never is.
package final class ClickProgress: Sendable {
    private enum State { case looking, deciding, abandoned }

    private let state = Mutex(State.looking)

    package init() {}

    /// True once, unless the time was over first. Nothing may be written to Teleport before this said yes.
    func begin() -> Bool {
        state.withLock { state in
            guard state == .looking else { return false }
            state = .deciding
            return true
        }
    }

    /// The time is over. True when the decision had begun and will go on; false when it now never will.
    func giveUp() -> Bool {
        state.withLock { state in
            if state == .looking { state = .abandoned }
            return state == .deciding
        }
    }
}
