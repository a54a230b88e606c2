package import Access
import CoreMetrics
import Synchronization

/// Takes in what happens in the plugin: counts it for `/metrics`, and keeps the last happenings for the command `status`. All
/// members may be used from any thread.
package final class Telemetry: Sendable {
    package let registry = MetricRegistry()
    package let recent: RecentHappenings
    /// Measure the calls of the two clients.
    package let teleportCalls: CallTimes<TeleportError>
    package let chatCalls: CallTimes<MattermostError>
    private let counters: Counters

    /// - Parameter now: returns the time of the machine, for the list of the last happenings.
    package init(now: @escaping @Sendable () -> Timestamp = { .now }) {
        _ = ProcessFigures.started
        recent = RecentHappenings(now: now)
        counters = Counters(registry)
        teleportCalls = CallTimes("teleport", registry) { $0.code.label }
        chatCalls = CallTimes("mattermost", registry) { $0.code.label }
    }

    /// Takes in a happening. It neither blocks nor waits.
    package func observe(_ happening: Happening) {
        counters.count(happening)
        if happening.isNotable { recent.add(happening) }
    }
}

/// The counters and histograms of happenings. Each is made once, with the value zero, so that a first happening is seen as an
/// increase.
private struct Counters: Sendable {
    private let requests: CounterSet<Happening.Report>
    private let posts: CounterSet<Happening.PostAction>
    private let temporary, permanent: Counter
    private let clicks: CounterSet<ClickOutcome>
    private let whys: ReasonCounters
    private let refusals: CounterSet<CallbackRefusal>
    private let routes: CounterSet<Happening.Route>
    private let handshakes: (complete: Counter, failed: Counter)
    private let connections, disconnections: Counter
    private let rulesIgnored: Counter
    private let reminders: (sent: CounterSet<Happening.Reminder>, failed: CounterSet<Happening.Reminder>)
    private let eventToPost, clickAnswer: Timer

    init(_ registry: MetricRegistry) {
        requests = CounterSet(.requests, registry)
        posts = CounterSet(.posts, registry)
        temporary = registry.counter(.retries, "temporary")
        permanent = registry.counter(.retries, "lasting")
        clicks = CounterSet(.clicks, registry)
        whys = ReasonCounters(.clickRefusals, registry)
        refusals = CounterSet(.callbackRefusals, registry)
        routes = CounterSet(.callbackRequests, registry)
        handshakes = (registry.counter(.handshakes, "complete"), registry.counter(.handshakes, "failed"))
        connections = registry.counter(.teleportConnections)
        disconnections = registry.counter(.teleportDisconnections)
        rulesIgnored = registry.counter(.rulesIgnored)
        reminders = (CounterSet(.reminders, registry, "sent"), CounterSet(.reminders, registry, "failed"))
        eventToPost = registry.timer(.eventToPost)
        clickAnswer = registry.timer(.clickAnswer)
    }

    func count(_ happening: Happening) {
        switch happening {
        case .reported(_, let report): requests.add(report)
        case .posted(_, _, let age):
            posts.add(.created)
            if let age { eventToPost.record(age) }
        case .wrote(let action, _, _): posts.add(action)
        case .failed(_, _, let isLasting): (isLasting ? permanent : temporary).increment()
        case .ignoredRules: rulesIgnored.increment()
        case .reminded(let about, let problem): (problem == nil ? reminders.sent : reminders.failed).add(about)
        case .clicked(let outcome, _, _, let why):
            clicks.add(outcome)
            if let why { whys.add(why) }
        case .answered(let time): clickAnswer.record(time)
        case .refusedCallback(let refusal): refusals.add(refusal)
        case .served(let route): routes.add(route)
        case .handshake(let isComplete): (isComplete ? handshakes.complete : handshakes.failed).increment()
        case .connected: connections.increment()
        case .disconnected: disconnections.increment()
        case .swept, .health: break
        }
    }
}

/// A counter for each case of an enumeration, whose raw value is the value of the first label.
private struct CounterSet<Key: CaseIterable & Hashable & RawRepresentable & Sendable>: Sendable where Key.RawValue == String {
    private let counters: [Key: Counter]

    /// - Parameter more: the values of the other labels.
    init(_ declaration: MetricDeclaration, _ registry: MetricRegistry, _ more: String...) {
        counters = Dictionary(Key.allCases.map { ($0, registry.counter(declaration, [$0.rawValue] + more)) }) { first, _ in
            first
        }
    }

    func add(_ key: Key) { counters[key]?.increment() }
}

/// A counter for each reason of a refused click, which is made at the first one.
private final class ReasonCounters: Sendable {
    /// The largest number of reasons. The reasons come from an enumeration that is not known here.
    private static let limit = 64

    private let declaration: MetricDeclaration
    private let registry: MetricRegistry
    private let counters = Mutex<[String: Counter]>([:])

    init(_ declaration: MetricDeclaration, _ registry: MetricRegistry) {
        self.declaration = declaration
        self.registry = registry
    }

    func add(_ reason: String) {
        let counter = counters.withLock { counters in
            if let known = counters[reason] { return known }
            let name = counters.count < Self.limit ? reason : "other"
            let new = registry.counter(declaration, name)
            counters[name] = new
            return new
        }
        counter.increment()
    }
}
