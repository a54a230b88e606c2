import Synchronization

/// What keeps the plugin from doing its work just now, as `/readyz` tells it.
package final class Health: Sendable {
    package enum Part: String, CaseIterable, Sendable {
        case teleport
        case mattermost
        /// A recipient that cannot be told, although others may be.
        case recipients
        /// The key that proves who clicked.
        case proof
        case posting
    }

    package struct News: Sendable {
        package var part: Part
        /// Nil when it is well.
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
        var notes: [Part: any OperatorError] = [:]
        var listener: AsyncStream<News>.Continuation?
    }

    private let state = Mutex(State())

    package init() {}

    package func set(_ part: Part, problem: (any OperatorError)?) {
        state.withLock { state in
            state.problems[part] = problem
            state.listener?.yield(News(part: part, problem: problem))
        }
    }

    /// What a person should see to, though the plugin does its work.
    package func set(_ part: Part, note: (any OperatorError)?) { state.withLock { $0.notes[part] = note } }

    /// In a fixed order.
    package var notes: [(part: Part, note: any OperatorError)] {
        let notes = state.withLock { $0.notes }
        return Part.allCases.compactMap { part in notes[part].map { (part, $0) } }
    }

    /// Every report from now on, for one listener.
    package func news() -> AsyncStream<News> {
        let (stream, continuation) = AsyncStream.makeStream(of: News.self, bufferingPolicy: .bufferingNewest(64))
        state.withLock { $0.listener = continuation }
        return stream
    }

    /// Empty when ready; in a fixed order.
    package var reasons: [(part: Part, problem: any OperatorError)] {
        let problems = state.withLock { $0.problems }
        return Part.allCases.compactMap { part in problems[part].map { (part, $0) } }
    }
}
