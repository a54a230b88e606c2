import Access
import Synchronization

/// Remembers when a call to a server last ended, whatever its result. The plugin makes one at least every 30 seconds, each with a
/// time limit. So when none has ended for long, the thread or the task that makes them is stuck.
final class Pulse: Sendable {
    /// The longest time between the ends of two calls that is not a failure. It is three times the interval of the health check
    /// and the time limit of a call together.
    static let limit = Duration.seconds(120)

    private let last: Mutex<Duration>
    private let elapsed: @Sendable () -> Duration

    /// - Parameter elapsed: returns the time since any fixed moment.
    init(elapsed: @escaping @Sendable () -> Duration) {
        self.elapsed = elapsed
        last = Mutex(elapsed())
    }

    var isAlive: Bool { elapsed() - last.withLock { $0 } <= Self.limit }

    func beat() { last.withLock { $0 = elapsed() } }
}

/// Puts a pulse into the client of a server.
struct PulseInterceptor<Failure: Error>: CallInterceptor {
    let pulse: Pulse

    func intercept<Answer>(
        _ call: ServerCall, _ next: () async throws(Failure) -> Answer
    ) async throws(Failure) -> Answer {
        defer { pulse.beat() }
        return try await next()
    }
}
