import Synchronization

/// Collects the problems that keep the plugin from doing its work at present. `/readyz` reports them.
package final class Health: Sendable {
    /// The parts of the plugin's work that can fail on their own.
    package enum Part: String, CaseIterable, Sendable {
        case teleport
        case mattermost
        /// The recipients. There is a problem if one of them cannot be told, although others may be.
        case recipients
        /// The key with which Mattermost proves who clicked.
        case proof
        /// The making and changing of posts.
        case posting
        /// The access monitoring rules of Teleport. There are only notes about them, because requests are posted without them
        /// too.
        case rules
    }

    /// A report about one part.
    package struct News: Sendable {
        package var part: Part
        /// The part's problem; nil if the part is well.
        package var problem: (any OperatorError)?

        package init(part: Part, problem: (any OperatorError)?) {
            self.part = part
            self.problem = problem
        }
    }

    private struct State {
        var problems: [Part: any OperatorError] = [
            .teleport: Notice("not connected yet"), .mattermost: Notice("not checked yet"),
        ]
        /// The times since which the parts fail.
        var since: [Part: Timestamp] = [:]
        /// The time at which the last problem ended; nil before that.
        var wellSince: Timestamp?
        var notes: [Part: any OperatorError] = [:]
        var listeners: [AsyncStream<News>.Continuation] = []
    }

    private let state: Mutex<State>
    private let now: @Sendable () -> Timestamp
    private let observe: Happening.Observe

    /// - Parameters:
    ///   - now: returns the time, by which it is told since when a part fails.
    ///   - observe: is told when a part begins to fail, and when it is well again.
    package init(
        now: @escaping @Sendable () -> Timestamp = { .now }, observe: @escaping Happening.Observe = Happening.unobserved
    ) {
        var state = State()
        let start = now()
        for part in state.problems.keys { state.since[part] = start }
        self.state = Mutex(state)
        self.now = now
        self.observe = observe
    }

    /// Sets the problem that a part has before it was looked at for the first time, which is no news.
    package func begin(_ part: Part, with problem: any OperatorError) {
        state.withLock { state in
            state.problems[part] = problem
            state.since[part] = now()
        }
    }

    /// Reports the problem of a part; nil if it is well.
    package func set(_ part: Part, problem: (any OperatorError)?) {
        let isNews = state.withLock { state in
            let isNews = (state.problems[part] == nil) != (problem == nil)
            state.problems[part] = problem
            if isNews {
                state.since[part] = problem == nil ? nil : now()
                if state.problems.isEmpty { state.wellSince = now() }
            }
            for listener in state.listeners { listener.yield(News(part: part, problem: problem)) }
            return isNews
        }
        if isNews { observe(.health(part, problem: problem)) }
    }

    /// The time since which the part fails; nil if it is well.
    package func failingSince(_ part: Part) -> Timestamp? { state.withLock { $0.since[part] } }

    /// The time since which no part fails; nil if one fails.
    package var wellSince: Timestamp? { state.withLock { $0.problems.isEmpty ? $0.wellSince : nil } }

    /// Reports something about a part that a person should see to, although the plugin does its work; nil if there is nothing.
    package func set(_ part: Part, note: (any OperatorError)?) { state.withLock { $0.notes[part] = note } }

    /// The notes of all parts, in a fixed order.
    package var notes: [(part: Part, note: any OperatorError)] {
        let notes = state.withLock { $0.notes }
        return Part.allCases.compactMap { part in notes[part].map { (part, $0) } }
    }

    /// Returns all reports about problems from now on. Every call adds a listener for good, so that it is for the few parts that
    /// live as long as the process. A slow listener gets the newest 64 reports.
    package func news() -> AsyncStream<News> {
        let (stream, continuation) = AsyncStream.makeStream(of: News.self, bufferingPolicy: .bufferingNewest(64))
        state.withLock { $0.listeners.append(continuation) }
        return stream
    }

    /// The problems of all parts, in a fixed order; empty if the plugin is ready.
    package var reasons: [(part: Part, problem: any OperatorError)] {
        let problems = state.withLock { $0.problems }
        return Part.allCases.compactMap { part in problems[part].map { (part, $0) } }
    }
}
