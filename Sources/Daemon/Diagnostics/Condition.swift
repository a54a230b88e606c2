import Access
import CircuitBreakers
import Log
import Watcher

/// Whether the plugin can do its work, and what is in the way: the contents of `/readyz` and of the command `status`.
struct Condition: Sendable {
    struct Reason: Sendable {
        /// The name of the part of the plugin that the reason is about.
        var part: String
        /// Words and mend in one line.
        var words: String
        /// The time since which it is so; nil if that is not known.
        var since: Timestamp?

        var json: JSONPiece {
            .object([("part", .text(part)), ("since", .time(since)), ("words", .text(words))])
        }
    }

    /// The reasons for which the plugin is not ready.
    var reasons: [Reason]
    /// What works, and needs a person soon.
    var notes: [Reason]
    /// The time since which the plugin is ready; nil if it is not, or if that is not known.
    var readySince: Timestamp?

    var isReady: Bool { reasons.isEmpty }

    /// The time since which it is as it is; nil if that is not known.
    var since: Timestamp? { isReady ? readySince : reasons.compactMap(\.since).min() }

    var word: String { isReady ? "ready" : "not ready" }

    /// The members of `/readyz`. Reasons and notes are left out where there are none.
    var members: [(name: String, value: JSONPiece)] {
        var members: [(name: String, value: JSONPiece)] = [("status", .text(word)), ("since", .time(since))]
        if !reasons.isEmpty { members.append(("reasons", .list(reasons.map(\.json)))) }
        if !notes.isEmpty { members.append(("notes", .list(notes.map(\.json)))) }
        return members
    }
}

extension Daemon {
    /// Looks at everything that can keep the plugin from its work. A permission that the role lacks is left out if the watch has
    /// failed for the same reason, because that failure is already among the reasons.
    func condition(_ health: Health) -> Condition {
        let status = teleport.status
        var reasons = health.reasons.map {
            Condition.Reason(part: $0.part.rawValue, words: $0.problem.message, since: health.failingSince($0.part))
        }
        if let pause = circuits.pauseNote(at: now()) {
            reasons.append(.init(part: Health.Part.mattermost.rawValue, words: pause))
        }
        for denial in status.denials where denial != status.lastFailure {
            reasons.append(.init(part: Health.Part.teleport.rawValue, words: denial.message))
        }
        let notes =
            status.notes.map { Condition.Reason(part: Health.Part.teleport.rawValue, words: $0.message) }
            + health.notes.map { Condition.Reason(part: $0.part.rawValue, words: $0.note.message) }
            + logFiles.compactMap(\.trouble).map { Condition.Reason(part: "log", words: $0) }
        return Condition(reasons: reasons, notes: notes, readySince: reasons.isEmpty ? health.wellSince : nil)
    }

    /// Returns the parts of the plugin's work that fail, in a fixed order. There are none exactly if ``condition(_:)`` has no
    /// reasons.
    func failing(_ health: Health) -> [Health.Part] {
        var failing = Set(health.reasons.map(\.part))
        if !teleport.status.denials.isEmpty { failing.insert(.teleport) }
        if circuits.pauseNote(at: now()) != nil { failing.insert(.mattermost) }
        return Health.Part.allCases.filter(failing.contains)
    }
}
