import Synchronization

/// Records everything that was done to the requests, and the answers that people got.
final class Ledger: Sendable {
    struct ClickOutcome: Sendable {
        enum Result: Sendable {
            case told(String)
            case unanswered(excuse: String?)
        }

        var person: String
        var button: String
        var result: Result
    }

    struct Entry: Sendable {
        let id: String
        var history: [(at: Duration, what: String)] = []
        var clicks: [ClickOutcome] = []
        var wasPosted = false
        var wasDeletedByPerson = false
        /// The channel of the post that a person deleted.
        var deletedIn: String?
        /// Whether the plugin data of the request was removed, and with it the record of its posts and decisions.
        var hasLostRecord = false
        var mostPosts = 0
    }

    private struct State {
        var order: [String] = []
        var entries: [String: Entry] = [:]
        var counts: [String: Int] = [:]
        var clicking: Set<String> = []
        var lastFaultEnd = ContinuousClock.now
    }

    let begin = ContinuousClock.now
    private let state = Mutex(State())

    func created(_ id: String, _ what: String) {
        state.withLock { state in
            state.order.append(id)
            state.entries[id] = Entry(id: id, history: [(.now - begin, what)])
        }
    }

    func note(_ id: String, _ what: String) {
        state.withLock { $0.entries[id]?.history.append((.now - begin, what)) }
    }

    func change(_ id: String, _ body: (inout Entry) -> Void) {
        state.withLock {
            if var entry = $0.entries[id] {
                body(&entry)
                $0.entries[id] = entry
            }
        }
    }

    func count(_ what: String, by number: Int = 1) { state.withLock { $0.counts[what, default: 0] += number } }

    func faultEnded() { state.withLock { $0.lastFaultEnd = .now } }

    /// Begins a click. Returns false while an earlier click of the same person on the same post is not answered yet.
    func beginClick(_ person: String, _ id: String) -> Bool {
        state.withLock { $0.clicking.insert("\(person) \(id)").inserted }
    }
    func endClick(_ person: String, _ id: String) { state.withLock { _ = $0.clicking.remove("\(person) \(id)") } }

    /// Returns one of the latest requests among those that are old enough.
    func request(_ pick: Int, olderThan age: Duration = .zero) -> String? {
        state.withLock { state in
            let now = ContinuousClock.now - begin
            let order =
                age == .zero ? state.order : state.order.filter { now - (state.entries[$0]?.history.first?.at ?? now) > age }
            guard !order.isEmpty else { return nil }
            return order[order.count - 1 - pick % min(order.count, 12)]
        }
    }

    var counts: [String: Int] { state.withLock { $0.counts } }
    var entries: [Entry] { state.withLock { state in state.order.compactMap { state.entries[$0] } } }
    var lastFaultEnd: ContinuousClock.Instant { state.withLock { $0.lastFaultEnd } }
}
