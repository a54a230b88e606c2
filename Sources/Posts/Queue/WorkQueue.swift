package import Access
import DequeModule
import HeapModule

/// Decides which request is looked at next, and when. Each request is looked at once at a time, at most `limit` requests are
/// looked at concurrently, and each failure of a request lengthens its wait.
///
/// Requests that people wait for go first: a request that an event reported comes before those that a sweep found, and the
/// latter never take all places. Each operation takes at most logarithmic time in the number of queued requests.
///
/// The queue is a pure value: times are durations since any fixed moment, and the jitter is passed in. It keeps nothing about a
/// settled request.
///
/// ```
///               add             next             finish(.settled)
/// (unknown) ────────→ ready ─────────→ running ──────────────────→ (unknown)
///     │                 ↑                 │
///     │ schedule        │ wake, wakeAll,  │ finish(.later)
///     │                 │ add             │ finish(.failed)
///     └────────────→ waiting ←────────────┘
/// ```
///
/// A request that is added while it is running becomes ready again as soon as it finishes. After a failure it waits all the
/// same, because the server is failing and a new event does not change that.
package struct WorkQueue: Sendable {
    /// The line in which a request waits. The lines are served in the order of the cases.
    package enum Lane: Int, CaseIterable, Sendable {
        /// The request waited for a moment that its last run chose, such as the end of another replica's claim. It goes first
        /// because the server remembers a post's idempotency key for only half a minute.
        case urgent
        /// An event reported the request.
        case fresh
        /// A sweep found the request, or its last attempt failed.
        case catchingUp
    }

    private enum Entry: Sendable {
        case ready(Lane, failures: Int)
        case running(Lane, failures: Int, again: Lane?)
        case waiting(Wait)
    }

    private struct Wait: Sendable {
        /// Tells this wait from earlier waits of the same request whose wakes are still in the heap.
        var token: Int
        var until: Duration
        /// The number of runs that failed since the request was settled.
        var failures: Int
        var lane: Lane
        /// Whether the last run failed. Only another failure or an event changes how long the request waits then.
        var isBackoff: Bool
    }

    private struct Wake: Comparable, Sendable {
        var until: Duration
        var token: Int
        var id: RequestID

        static func < (left: Self, right: Self) -> Bool { (left.until, left.token) < (right.until, right.token) }
    }

    /// The result of one run over a request.
    package enum Outcome: Equatable, Sendable {
        case settled
        /// The request is to be looked at again after this time. This is not a failure.
        case later(Duration)
        /// The run failed. The request waits at least this long, because the server asked for it.
        case failed(atLeast: Duration)
    }

    private var entries: [RequestID: Entry] = [:]
    /// The ready requests by lane. An id is skipped if its entry has changed since it was appended.
    private var lines = [Deque<RequestID>](repeating: [], count: Lane.allCases.count)
    private var wakes = Heap<Wake>()
    private var nextToken = 0
    private var running = 0
    private var catchingUp = 0
    private let limit: Int
    /// The number of places that requests in the lane `catchingUp` leave free.
    private let reserve: Int
    private static let firstDelay = Duration.milliseconds(250)
    private static let longestDelay = Duration.seconds(300)

    package init(limit: Int, reserve: Int = 0) {
        self.limit = limit
        self.reserve = min(reserve, limit - 1)
    }

    package var isIdle: Bool { entries.isEmpty }
    package var count: Int { entries.count }

    package var isRunning: Bool { running > 0 }

    /// Everything that the queue does follows from this text. It lets tests compare the queues of two processes.
    var summary: String {
        let entries = entries.sorted { $0.key.rawValue < $1.key.rawValue }.map { id, entry in
            switch entry {
            case .ready(let lane, let failures): "\(id) ready \(lane.rawValue) \(failures)"
            case .running(let lane, let failures, let again):
                "\(id) running \(lane.rawValue) \(failures) \(again?.rawValue ?? -1)"
            case .waiting(let wait): "\(id) until \(wait.until) \(wait.lane.rawValue) \(wait.failures) \(wait.isBackoff)"
            }
        }
        let wakes = wakes.unordered.map(\.until).sorted().map { "\($0)" }
        return (entries + wakes).joined(separator: " ")
    }

    /// The time at which the first waiting request is due.
    package var nextWake: Duration? { wakes.min?.until }

    /// Calls `body` with each request of the queue, its lane, and what it is in. `failures` is the number of runs that failed.
    func forEach(_ body: (RequestID, Lane, _ isRunning: Bool, _ isWaiting: Bool, _ failures: Int) -> Void) {
        for (id, entry) in entries {
            switch entry {
            case .ready(let lane, let failures): body(id, lane, false, false, failures)
            case .running(let lane, let failures, _): body(id, lane, true, false, failures)
            case .waiting(let wait): body(id, wait.lane, false, true, wait.failures)
            }
        }
    }

    /// Queues a request that may have changed. If it is being looked at, it is looked at again afterwards.
    package mutating func add(_ id: RequestID, _ lane: Lane = .fresh) {
        switch entries[id] {
        case nil: makeReady(id, failures: 0, lane)
        case .waiting(let wait): makeReady(id, failures: wait.failures, lane)
        case .running(let current, let failures, let again):
            entries[id] = .running(current, failures: failures, again: again.map { Self.first($0, lane) } ?? lane)
        case .ready(let current, let failures):
            if lane.rawValue < current.rawValue { makeReady(id, failures: failures, lane) }
        }
    }

    /// Queues the request to be looked at after `delay`, or sooner if it is ready or waits for less. A request whose last run
    /// failed keeps its wait.
    package mutating func schedule(_ id: RequestID, after delay: Duration, now: Duration) {
        switch entries[id] {
        case nil: wait(id, until: now + delay, failures: 0, .catchingUp)
        case .waiting(let wait) where wait.until > now + delay && !wait.isBackoff:
            self.wait(id, until: now + delay, failures: wait.failures, wait.lane)
        case .ready, .running, .waiting: return
        }
    }

    /// Queues the request to be looked at after `delay`, because of news that an event will probably tell before. If it is being
    /// looked at, it is looked at again afterwards.
    package mutating func expect(_ id: RequestID, within delay: Duration, now: Duration) {
        if case .running = entries[id] { add(id) } else { schedule(id, after: delay, now: now) }
    }

    /// Returns the next request to work on. This is nil if all places are taken or no request is ready.
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

    /// Returns the lane that a running request came from. This is nil if the request is not running.
    package func lane(of id: RequestID) -> Lane? {
        if case .running(let lane, _, _) = entries[id] { lane } else { nil }
    }

    /// Takes in the result of a run. `jitter`, in 0..<1, spreads retries over the second half of the delay.
    package mutating func finish(_ id: RequestID, _ outcome: Outcome, now: Duration, jitter: Double) {
        guard case .running(let lane, let failures, let again) = entries[id] else { return }
        running -= 1
        if lane == .catchingUp { catchingUp -= 1 }
        switch outcome {
        case .settled:
            entries[id] = nil
            if let again { return makeReady(id, failures: 0, again) }
            // The memory that a burst of requests took is released here.
            if isIdle { (entries, lines, wakes) = ([:], lines.map { _ in [] }, Heap()) }
        case .later(let delay):
            if let again { return makeReady(id, failures: failures, again) }
            wait(id, until: now + delay, failures: failures, .urgent)
        case .failed(let atLeast):
            // A new event does not shorten the wait, because the server is what fails.
            let delay = Self.delay(afterFailures: failures, jitter: jitter)
            wait(id, until: now + max(delay, atLeast), failures: failures + 1, .catchingUp, isBackoff: true)
        }
    }

    /// Makes every request ready that is due at `now`.
    package mutating func wake(now: Duration) {
        while let wake = wakes.min, wake.until <= now {
            wakes.removeMin()
            guard case .waiting(let wait) = entries[wake.id], wait.token == wake.token else { continue }
            makeReady(wake.id, failures: wait.failures, wait.lane)
        }
    }

    /// Makes all waiting requests ready.
    package mutating func wakeAll() { wake(now: .seconds(Int64.max)) }

    private mutating func makeReady(_ id: RequestID, failures: Int, _ lane: Lane) {
        entries[id] = .ready(lane, failures: failures)
        lines[lane.rawValue].append(id)
    }

    private mutating func wait(
        _ id: RequestID, until: Duration, failures: Int, _ lane: Lane, isBackoff: Bool = false
    ) {
        nextToken += 1
        entries[id] = .waiting(
            Wait(token: nextToken, until: until, failures: failures, lane: lane, isBackoff: isBackoff))
        wakes.insert(Wake(until: until, token: nextToken, id: id))
    }

    private static func first(_ one: Lane, _ other: Lane) -> Lane { one.rawValue <= other.rawValue ? one : other }

    static func delay(afterFailures failures: Int, jitter: Double) -> Duration {
        if Sabotage.isActive(.endlessBackoff) { return .seconds(86_400) }
        return Backoff.spread(Backoff.pause(afterFailures: failures, in: firstDelay...longestDelay), jitter: jitter)
    }
}
