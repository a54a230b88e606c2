import Synchronization

/// What keeps the plugin from doing its work just now, as `/readyz` tells it.
package final class Health: Sendable {
    package enum Part: String, CaseIterable, Sendable {
        case teleport
        case mattermost
        case posting
    }

    private let problems: Mutex<[Part: String]>

    package init() {
        problems = Mutex([.teleport: "not connected yet", .mattermost: "not checked yet"])
    }

    package func set(_ part: Part, problem: String?) { problems.withLock { $0[part] = problem } }

    /// Empty when ready; in a fixed order.
    package var reasons: [(part: Part, problem: String)] {
        let problems = problems.withLock { $0 }
        return Part.allCases.compactMap { part in problems[part].map { (part, $0) } }
    }
}
