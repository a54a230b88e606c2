import Synchronization

/// A time that the test lets pass.
package final class Moment: Sendable {
    private let elapsed = Mutex(Duration.zero)

    package init() {}

    package var value: Duration { elapsed.withLock { $0 } }

    package func pass(_ time: Duration) { elapsed.withLock { $0 += time } }
}
