package import Access

/// Which requests to look at, and when: each at most once at a time, at most `limit` at once, failing ones later and later.
///
/// Pure: times are durations since any fixed moment, and the jitter is passed in. Nothing remains of a settled request.
package struct WorkQueue: Sendable {
    private enum Entry: Sendable {
        case ready(failures: Int)
        case running(failures: Int, again: Bool)
        case waiting(until: Duration, failures: Int)
    }

    package enum Outcome: Equatable, Sendable {
        case settled
        /// Look again after this long; not a failure.
        case later(Duration)
        /// Failed; `atLeast` is what the server asked for.
        case failed(atLeast: Duration)
    }

    private var entries: [RequestID: Entry] = [:]
    private var ready: [RequestID] = []
    private var readyStart = 0
    private var running = 0
    private let limit: Int
    private static let firstDelay = Duration.milliseconds(250)
    private static let longestDelay = Duration.seconds(300)

    package init(limit: Int) { self.limit = limit }

    package var isIdle: Bool { entries.isEmpty }
    package var count: Int { entries.count }

    /// Something may have changed: look at the request at once, or again when the present look is over.
    package mutating func add(_ id: RequestID) {
        switch entries[id] {
        case nil: makeReady(id, failures: 0)
        case .waiting(_, let failures): makeReady(id, failures: failures)
        case .running(let failures, _): entries[id] = .running(failures: failures, again: true)
        case .ready: break
        }
    }

    /// The next request to work on, if there is room and one is ready.
    package mutating func next() -> RequestID? {
        guard running < limit, readyStart < ready.count else { return nil }
        let id = ready[readyStart]
        readyStart += 1
        if readyStart > 64, readyStart * 2 > ready.count {
            ready.removeFirst(readyStart)
            readyStart = 0
        }
        guard case .ready(let failures) = entries[id] else { return nil }
        entries[id] = .running(failures: failures, again: false)
        running += 1
        return id
    }

    /// The work on `id` is over. `jitter` in 0..<1 spreads retries over the second half of the delay.
    package mutating func finish(_ id: RequestID, _ outcome: Outcome, now: Duration, jitter: Double) {
        guard case .running(let failures, let again) = entries[id] else { return }
        running -= 1
        switch outcome {
        case .settled:
            entries[id] = nil
            if again { makeReady(id, failures: 0) }
        case .later(let delay):
            if again { makeReady(id, failures: failures) } else { wait(id, until: now + delay, failures: failures) }
        case .failed(let atLeast):
            // A new event does not shorten the wait: the server is the one that fails.
            let delay = Self.delay(afterFailures: failures, jitter: jitter)
            wait(id, until: now + max(delay, atLeast), failures: failures + 1)
        }
    }

    /// Makes ready what has waited long enough.
    package mutating func wake(now: Duration) {
        for (id, entry) in entries {
            if case .waiting(let until, let failures) = entry, until <= now { makeReady(id, failures: failures) }
        }
    }

    private mutating func makeReady(_ id: RequestID, failures: Int) {
        entries[id] = .ready(failures: failures)
        ready.append(id)
    }

    private mutating func wait(_ id: RequestID, until: Duration, failures: Int) {
        entries[id] = .waiting(until: until, failures: failures)
    }

    static func delay(afterFailures failures: Int, jitter: Double) -> Duration {
        let doubled = min(firstDelay * (1 << min(failures, 20)), longestDelay)
        return doubled / 2 + doubled / 2 * jitter
    }
}
