package import Access
import DequeModule
import HeapModule

/// The requests to look at, and when: each at most once at a time, at most `limit` at once, failing ones later and later.
///
/// What a person waits for goes first: a request that an event just told of before those that a sweep found, which never take
/// all places. Every operation takes logarithmic time at most, whatever is queued.
///
/// Pure: times are durations since any fixed moment, and the jitter is passed in. Nothing remains of a settled request.
package struct WorkQueue: Sendable {
    /// The line in which a request waits.
    package enum Lane: Int, CaseIterable, Sendable {
        /// The request waited for another replica's claim: the server remembers a post's idempotency key for half a minute.
        case urgent
        /// An event told of the request.
        case fresh
        /// A sweep found the request, or its last attempt failed.
        case catchingUp
    }

    private enum Entry: Sendable {
        case ready(Lane, failures: Int)
        case running(Lane, failures: Int, again: Lane?)
        /// `token` tells this wait from earlier ones of the same request that are still in the heap.
        case waiting(token: Int, failures: Int, Lane)
    }

    private struct Wake: Comparable, Sendable {
        var until: Duration
        var token: Int
        var id: RequestID

        static func < (left: Self, right: Self) -> Bool { (left.until, left.token) < (right.until, right.token) }
    }

    package enum Outcome: Equatable, Sendable {
        case settled
        /// Look again after this long; not a failure.
        case later(Duration)
        /// Failed; `atLeast` is what the server asked for.
        case failed(atLeast: Duration)
    }

    private var entries: [RequestID: Entry] = [:]
    /// What is ready, by lane. An id whose entry says otherwise meanwhile is passed over.
    private var lines = [Deque<RequestID>](repeating: [], count: Lane.allCases.count)
    private var wakes = Heap<Wake>()
    private var nextToken = 0
    private var running = 0
    private var catchingUp = 0
    private let limit: Int
    /// Places that catching up leaves free.
    private let reserve: Int
    private static let firstDelay = Duration.milliseconds(250)
    private static let longestDelay = Duration.seconds(300)

    package init(limit: Int, reserve: Int = 0) {
        self.limit = limit
        self.reserve = min(reserve, limit - 1)
    }

    package var isIdle: Bool { entries.isEmpty }
    package var count: Int { entries.count }

    /// When the first of those that wait is due.
    package var nextWake: Duration? { wakes.min?.until }

    /// Something may have changed: look at the request at once, or again when the present look is over.
    package mutating func add(_ id: RequestID, _ lane: Lane = .fresh) {
        switch entries[id] {
        case nil: makeReady(id, failures: 0, lane)
        case .waiting(_, let failures, _): makeReady(id, failures: failures, lane)
        case .running(let current, let failures, let again):
            entries[id] = .running(current, failures: failures, again: again.map { Self.first($0, lane) } ?? lane)
        case .ready(let current, let failures):
            if lane.rawValue < current.rawValue { makeReady(id, failures: failures, lane) }
        }
    }

    /// Looks at the request after `delay`, unless it is being looked at or waits already.
    package mutating func schedule(_ id: RequestID, after delay: Duration, now: Duration) {
        guard entries[id] == nil else { return }
        wait(id, until: now + delay, failures: 0, .catchingUp)
    }

    /// The next request to work on, if there is room and one is ready.
    package mutating func next() -> RequestID? {
        for lane in Lane.allCases {
            guard running < limit, lane != .catchingUp || catchingUp < limit - reserve else { continue }
            while let id = lines[lane.rawValue].popFirst() {
                guard case .ready(lane, let failures) = entries[id] else { continue }
                entries[id] = .running(lane, failures: failures, again: nil)
                running += 1
                if lane == .catchingUp { catchingUp += 1 }
                return id
            }
        }
        return nil
    }

    /// The line that a request which is being worked on came from.
    package func lane(of id: RequestID) -> Lane? {
        if case .running(let lane, _, _) = entries[id] { lane } else { nil }
    }

    /// The work on `id` is over. `jitter` in 0..<1 spreads retries over the second half of the delay.
    package mutating func finish(_ id: RequestID, _ outcome: Outcome, now: Duration, jitter: Double) {
        guard case .running(let lane, let failures, let again) = entries[id] else { return }
        running -= 1
        if lane == .catchingUp { catchingUp -= 1 }
        switch outcome {
        case .settled:
            entries[id] = nil
            if let again { return makeReady(id, failures: 0, again) }
            // The room that a burst took goes with it.
            if isIdle { (entries, lines, wakes) = ([:], lines.map { _ in [] }, Heap()) }
        case .later(let delay):
            if let again { return makeReady(id, failures: failures, again) }
            wait(id, until: now + delay, failures: failures, .urgent)
        case .failed(let atLeast):
            // A new event does not shorten the wait: the server is the one that fails.
            let delay = Self.delay(afterFailures: failures, jitter: jitter)
            wait(id, until: now + max(delay, atLeast), failures: failures + 1, .catchingUp)
        }
    }

    /// Makes ready what has waited long enough.
    package mutating func wake(now: Duration) {
        while let wake = wakes.min, wake.until <= now {
            wakes.removeMin()
            guard case .waiting(wake.token, let failures, let lane) = entries[wake.id] else { continue }
            makeReady(wake.id, failures: failures, lane)
        }
    }

    /// Makes ready all that waits.
    package mutating func wakeAll() { wake(now: .seconds(Int64.max)) }

    private mutating func makeReady(_ id: RequestID, failures: Int, _ lane: Lane) {
        entries[id] = .ready(lane, failures: failures)
        lines[lane.rawValue].append(id)
    }

    private mutating func wait(_ id: RequestID, until: Duration, failures: Int, _ lane: Lane) {
        nextToken += 1
        entries[id] = .waiting(token: nextToken, failures: failures, lane)
        wakes.insert(Wake(until: until, token: nextToken, id: id))
    }

    private static func first(_ one: Lane, _ other: Lane) -> Lane { one.rawValue <= other.rawValue ? one : other }

    static func delay(afterFailures failures: Int, jitter: Double) -> Duration {
        Backoff.spread(Backoff.pause(afterFailures: failures, in: firstDelay...longestDelay), jitter: jitter)
    }
}
