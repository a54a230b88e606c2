package import Access
import Synchronization

/// Keeps the last happenings for the command `status`. Their number is bounded, and their words are made only when they are read.
package final class RecentHappenings: Sendable {
    static let limit = 50

    package struct Entry: Sendable {
        package let time: Timestamp
        package let happening: Happening
    }

    private let entries = Mutex<[Entry]>([])
    private let now: @Sendable () -> Timestamp

    init(now: @escaping @Sendable () -> Timestamp) { self.now = now }

    func add(_ happening: Happening) {
        let entry = Entry(time: now(), happening: happening)
        entries.withLock { entries in
            if entries.count >= Self.limit { entries.removeFirst(entries.count - Self.limit + 1) }
            entries.append(entry)
        }
    }

    /// The last happenings, the oldest first.
    package var all: [Entry] { entries.withLock { $0 } }
}

extension Happening {
    /// Whether an operator wants to see the happening in the list of the last ones.
    var isNotable: Bool {
        switch self {
        // A reminder of a request is a reply, which is a happening of its own.
        case .reported, .swept, .answered, .served, .handshake, .refusedCallback, .reminded(.request, _): false
        case .posted, .wrote, .failed, .ignoredRules, .reminded(.accessList, _), .clicked, .connected, .disconnected, .health:
            true
        }
    }

    /// The name of the happening in the output of `status --json`.
    package var name: String {
        switch self {
        case .reported(_, let report): "request_\(report.rawValue)"
        case .posted: "posted"
        case .wrote(let action, _, _): "post_\(action.rawValue)"
        case .failed: "failed"
        case .swept: "swept"
        case .ignoredRules: "rules_ignored"
        case .reminded(let about, let problem): "reminder_\(about.rawValue)_\(problem == nil ? "sent" : "failed")"
        case .clicked(let outcome, _, _, _): "click_\(outcome.rawValue)"
        case .answered: "answered"
        case .refusedCallback: "callback_refused"
        case .served: "served"
        case .handshake: "handshake"
        case .connected: "teleport_connected"
        case .disconnected: "teleport_disconnected"
        case .health(let part, let problem): "\(part.rawValue)_\(problem == nil ? "well" : "failing")"
        }
    }

    /// The happening in one line.
    package var words: String {
        switch self {
        case .reported(let id, let report): "Teleport reported the request \(id) as \(report.rawValue)"
        case .posted(let id, let post, _): "posted the request \(id) as \(post)"
        case .wrote(let action, let id, let post): "\(action.words) \(post) of the request \(id)"
        case .failed(let id, let error, _): "could not bring the request \(id) up to date: \(error.message)"
        case .swept(let count): "compared \(count) requests with their records"
        case .ignoredRules(let id, let error): "ignored the monitoring rules for the request \(id): \(error.message)"
        case .reminded(let about, let problem):
            problem.map { "could not remind of \(about.words): \($0.message)" } ?? "reminded of \(about.words)"
        case .clicked(let outcome, let id, let person, let why):
            "a click on the request \(id)\(person.map { " by \($0)" } ?? "") was \(outcome.words)\(why.map { ": \($0)" } ?? "")"
        case .answered(let time): "answered a click after \(time)"
        case .refusedCallback(let refusal): "refused a callback: \(refusal.rawValue)"
        case .served(let route): "served \(route.rawValue)"
        case .handshake(let isComplete): isComplete ? "completed a handshake" : "a handshake failed"
        case .connected: "the watch on Teleport began"
        case .disconnected(let error): "the watch on Teleport ended: \(error.message)"
        case .health(let part, let problem):
            problem.map { "\(part.rawValue) fails: \($0.message)" } ?? "\(part.rawValue) is well"
        }
    }

    /// The request that the happening is about; nil if it is about none.
    package var requestID: RequestID? {
        switch self {
        case .reported(let id, _), .posted(let id, _, _), .wrote(_, let id, _), .failed(let id, _, _),
            .ignoredRules(let id, _), .clicked(_, let id, _, _):
            id
        case .swept, .reminded, .answered, .refusedCallback, .served, .handshake, .connected, .disconnected, .health: nil
        }
    }
}

extension Happening.PostAction {
    fileprivate var words: String {
        switch self {
        case .created: "made the post"
        case .updated: "updated the post"
        case .replied: "replied to the post"
        case .removed: "removed the second post"
        }
    }
}

extension Happening.Reminder {
    fileprivate var words: String {
        switch self {
        case .request: "a request that nobody has decided"
        case .accessList: "the review of access lists"
        }
    }
}

extension ClickOutcome {
    fileprivate var words: String {
        switch self {
        case .approved: "an approval"
        case .denied: "a denial"
        case .withdrawn: "withdrawn"
        case .reviewed: "a review"
        case .refused: "refused"
        case .unconfirmed: "sent to Teleport, which did not confirm it"
        }
    }
}
