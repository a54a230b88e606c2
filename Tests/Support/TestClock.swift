import Base
import Synchronization

/// A clock for tests: it measures real time, but the test decides when its sleeps end.
///
/// A sleep that is cancelled ends at once, with `CancellationError`, as those of every clock do.
package final class TestClock: Clock {
    package enum Sleeps: Sendable {
        /// Every sleep is over at once, so that whatever waits for a time limit meets it now.
        case endAtOnce
        /// A sleep lasts until ``wake()``, so that no time limit is met meanwhile.
        case lastUntilWoken
    }

    private struct State {
        var count = 0
        var sleeping: [(deadline: ContinuousClock.Instant, end: Once<Void>)] = []
    }

    private let sleeps: Sleeps
    private let began: @Sendable (Int) -> Void
    private let state = Mutex(State())

    /// - Parameter began: is called at the beginning of each sleep, with the number of sleeps up to it.
    package init(_ sleeps: Sleeps, began: @escaping @Sendable (Int) -> Void = { _ in }) {
        self.sleeps = sleeps
        self.began = began
    }

    /// The number of sleeps that have begun.
    package var count: Int { state.withLock { $0.count } }

    package var now: ContinuousClock.Instant { .now }
    package var minimumResolution: Duration { .zero }

    package func sleep(until deadline: ContinuousClock.Instant, tolerance: Duration?) async throws {
        let end = Once<Void>()
        let count = state.withLock { state in
            if sleeps == .lastUntilWoken { state.sleeping.append((deadline, end)) }
            state.count += 1
            return state.count
        }
        began(count)
        if sleeps == .endAtOnce { end.give(()) }
        guard await end.value() != nil else { throw CancellationError() }
        try Task.checkCancellation()
    }

    /// Ends the sleeps that have begun.
    /// - Parameter time: only those whose own end is no farther away than this; nil for all.
    package func wake(within time: Duration? = nil) {
        let last = time.map { ContinuousClock.now.advanced(by: $0) }
        let over = state.withLock { state in
            defer { state.sleeping.removeAll { sleep in last.map { sleep.deadline <= $0 } ?? true } }
            return state.sleeping.filter { sleep in last.map { sleep.deadline <= $0 } ?? true }
        }
        for sleep in over { sleep.end.give(()) }
    }
}
