import Synchronization

/// An event for a watcher.
enum AuthEvent: Equatable, Sendable {
    case put(AuthRequest)
    case delete(String)
    case putRule(AuthRule)
    case deleteRule(String)

    /// The kind of the resource that the event is about.
    var kind: String {
        switch self {
        case .put, .delete: "access_request"
        case .putRule, .deleteRule: "access_monitoring_rule"
        }
    }
}

/// The events that wait for one watcher. Its stream ends when too many wait.
struct WatchQueue: Sendable {
    struct Item: Sendable {
        var event: AuthEvent
        var since: ContinuousClock.Instant
    }

    /// The error that ends the stream of a slow watcher. Teleport uses a bad parameter error for it (`services.Fanout`).
    static let overflow = AuthRefusal(.badParameter, "buffer overflow")

    let filter: RequestFilter
    /// The kinds of resources that are watched.
    let kinds: Set<String>
    let items: AsyncThrowingStream<Item, any Error>
    let continuation: AsyncThrowingStream<Item, any Error>.Continuation
    private let limit: Int
    private let backlog = Backlog()

    /// - Parameter limit: the largest number of events that may be due and not taken.
    init(filter: RequestFilter, kinds: Set<String> = ["access_request"], limit: Int = .max) {
        self.filter = filter
        self.kinds = kinds
        self.limit = limit
        (items, continuation) = AsyncThrowingStream.makeStream()
    }

    /// Whether the watcher is told of the event.
    func wants(_ event: AuthEvent) -> Bool { kinds.contains(event.kind) && filter.matches(event) }

    /// Adds an event. Returns false when the watcher was too slow. Its stream then ends at once, and the waiting events are
    /// lost.
    func add(_ item: Item, lag: Duration) -> Bool {
        guard backlog.add(item.since, isDueUntil: .now - lag, limit: limit) else {
            continuation.finish(throwing: Self.overflow)
            return false
        }
        continuation.yield(item)
        return true
    }

    /// Records that the connection took an event. Throws when too many events were waiting.
    func taken() throws(AuthRefusal) {
        guard backlog.take() else { throw Self.overflow }
    }
}

/// The times of the events that were not taken yet, oldest first.
private final class Backlog: Sendable {
    private struct State: Sendable {
        var times: [ContinuousClock.Instant] = []
        var taken = 0
        var hasOverflowed = false
    }

    private let state = Mutex(State())

    /// Adds the time of an event. Events that are not due yet because of the configured delay do not count against the limit.
    func add(_ time: ContinuousClock.Instant, isDueUntil now: ContinuousClock.Instant, limit: Int) -> Bool {
        state.withLock { state in
            state.times.append(time)
            let (last, isTooMuch) = state.taken.addingReportingOverflow(limit)
            if !isTooMuch, last < state.times.count, state.times[last] <= now { state.hasOverflowed = true }
            return !state.hasOverflowed
        }
    }

    func take() -> Bool {
        state.withLock { state in
            state.taken += 1
            if state.taken > 1024, state.taken * 2 > state.times.count {
                state.times.removeFirst(state.taken)
                state.taken = 0
            }
            return !state.hasOverflowed
        }
    }
}

/// A filter for requests. Empty and nil fields match all requests.
struct RequestFilter: Equatable, Sendable {
    var id = ""
    var user = ""
    var state: AuthRequest.State?

    func matches(_ request: AuthRequest) -> Bool {
        (id.isEmpty || id == request.id) && (user.isEmpty || user == request.user)
            && (state == nil || state == request.state)
    }

    /// Deletions always match, because they have no fields to filter by.
    func matches(_ event: AuthEvent) -> Bool {
        switch event {
        case .put(let request): matches(request)
        case .delete, .putRule, .deleteRule: true
        }
    }
}

extension RequestFilter {
    /// Reads the filter of a watched kind. The keys are `id`, `user` and `state`; other keys are refused.
    init(watch fields: [String: String]) throws(AuthRefusal) {
        for (key, value) in fields {
            switch key {
            case "id": id = value
            case "user": user = value
            case "state":
                guard let named = AuthRequest.State.allCases.first(where: { $0.name == value }) else {
                    throw AuthRefusal(.badParameter, "unknown request state: \"\(value)\"")
                }
                state = named
            default: throw AuthRefusal(.badParameter, "unknown filter key \(key)")
            }
        }
    }
}
