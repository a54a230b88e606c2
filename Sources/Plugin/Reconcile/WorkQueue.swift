package import Access

/// Which requests to look at, and when: each at most once at a time, at most `limit` at once, failing ones later and later.
///
/// Pure: times are durations since any fixed moment, and the jitter is passed in. Nothing remains of a settled request.
package struct WorkQueue: Sendable {
    private enum Entry: Sendable {
        case ready(failures: Int)
        case running(failures: Int, again: Bool)
        case waiting(until: Duration, failures: Int, isUrgent: Bool)
    }

    package enum Outcome: Equatable, Sendable {
        case settled
        /// Look again after this long; not a failure.
        case later(Duration)
        /// Failed; `atLeast` is what the server asked for.
        case failed(atLeast: Duration)
    }

    private var entries: [RequestID: Entry] = [:]
    /// What waited for another replica's claim goes first: the server remembers a post's idempotency key for half a minute.
    private var urgent = Line()
    private var ready = Line()
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
        case .waiting(_, let failures, _): makeReady(id, failures: failures)
        case .running(let failures, _): entries[id] = .running(failures: failures, again: true)
        case .ready: break
        }
    }

    /// The next request to work on, if there is room and one is ready.
    package mutating func next() -> RequestID? {
        guard running < limit, let id = urgent.next() ?? ready.next() else { return nil }
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
            if again { return makeReady(id, failures: 0) }
            // The room that a burst took goes with it.
            if isIdle { (entries, urgent, ready) = ([:], Line(), Line()) }
        case .later(let delay):
            if again { return makeReady(id, failures: failures) }
            entries[id] = .waiting(until: now + delay, failures: failures, isUrgent: true)
        case .failed(let atLeast):
            // A new event does not shorten the wait: the server is the one that fails.
            let delay = Self.delay(afterFailures: failures, jitter: jitter)
            entries[id] = .waiting(until: now + max(delay, atLeast), failures: failures + 1, isUrgent: false)
        }
    }

    /// Makes ready what has waited long enough.
    package mutating func wake(now: Duration) {
        for (id, entry) in entries {
            guard case .waiting(let until, let failures, let isUrgent) = entry, until <= now else { continue }
            makeReady(id, failures: failures, isUrgent: isUrgent)
        }
    }

    /// Makes ready all that waits.
    package mutating func wakeAll() { wake(now: .seconds(Int64.max)) }

    private mutating func makeReady(_ id: RequestID, failures: Int, isUrgent: Bool = false) {
        entries[id] = .ready(failures: failures)
        if isUrgent { urgent.add(id) } else { ready.add(id) }
    }

    static func delay(afterFailures failures: Int, jitter: Double) -> Duration {
        let doubled = min(firstDelay * (1 << min(failures, 20)), longestDelay)
        return doubled / 2 + doubled / 2 * jitter
    }
}

/// First in, first out.
private struct Line: Sendable {
    private var ids: [RequestID] = []
    private var start = 0

    mutating func add(_ id: RequestID) { ids.append(id) }

    mutating func next() -> RequestID? {
        guard start < ids.count else { return nil }
        defer {
            start += 1
            if start > 64, start * 2 > ids.count {
                ids.removeFirst(start)
                start = 0
            }
        }
        return ids[start]
    }
}
