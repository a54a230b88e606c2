package import Access
import Synchronization

/// The requests that the reconciler has to look at, counted by lane and state.
package struct Backlog: Equatable, Sendable {
    package enum State: String, CaseIterable, Sendable {
        /// The request may be worked on at once.
        case ready
        case running
        /// The request is due, and waits because its last run failed or a server is away.
        case retrying
        /// The request is not due yet, such as one that is looked at again for a reminder.
        case scheduled
    }

    package struct Line: Equatable, Sendable {
        package var counts: [State: Int] = [:]
        /// The time for which the oldest request of this lane has been due; nil if none is due.
        package var oldest: Duration?

        package init(counts: [State: Int] = [:], oldest: Duration? = nil) {
            self.counts = counts
            self.oldest = oldest
        }
    }

    package var lines: [WorkQueue.Lane: Line] = [:]

    package init() {}

    /// The number of requests that are due and not up to date. Those that are scheduled for later are not among them.
    package var due: Int {
        lines.values.reduce(0) { sum, line in sum + line.counts.reduce(0) { $0 + ($1.key == .scheduled ? 0 : $1.value) } }
    }

    package var oldest: Duration? { lines.values.compactMap(\.oldest).max() }

    package func count(_ state: State) -> Int { lines.values.reduce(0) { $0 + ($1.counts[state] ?? 0) } }

    fileprivate mutating func add(_ lane: WorkQueue.Lane, _ state: State, age: Duration?) {
        var line = lines[lane] ?? Line()
        line.counts[state, default: 0] += 1
        if let age, state != .scheduled { line.oldest = max(line.oldest ?? .zero, age) }
        lines[lane] = line
    }
}

extension WorkQueue.Lane {
    /// The lane's name for operators.
    package var name: String {
        switch self {
        case .urgent: "urgent"
        case .fresh: "fresh"
        case .catchingUp: "catching_up"
        }
    }
}

extension Reconciler {
    /// Counts the requests that are not up to date. It takes time in proportion to their number.
    package var backlog: Backlog {
        let now = context.clocks.elapsed()
        let due = shared.due.withLock { $0 }
        var backlog = Backlog()
        shared.queue.withLock { queue in
            queue.forEach { id, lane, isRunning, isWaiting, failures in
                let state: Backlog.State =
                    isRunning ? .running : !isWaiting ? .ready : failures > 0 || due[id] != nil ? .retrying : .scheduled
                backlog.add(lane, state, age: due[id].map { now - $0 })
            }
        }
        return backlog
    }

    /// The requests that are due and not up to date.
    package var dueRequests: Set<RequestID> { shared.due.withLock { Set($0.keys) } }

    /// Remembers since when the request has been due, and returns it. It stays due until a run has brought it up to date, also
    /// while a server is away.
    @discardableResult
    func noteDue(_ id: RequestID) -> Duration {
        let now = context.clocks.elapsed()
        return shared.due.withLock { due in
            if let since = due[id] { return since }
            due[id] = now
            return now
        }
    }
}
