import Access
import Glibc
import Posts
import Telemetry

/// What `teleport-mattermost status` prints.
struct StatusReport: Sendable {
    let condition: Condition
    /// The cluster's name; nil before Teleport has told it.
    let cluster: String?
    let backlog: Backlog
    /// The last happenings, the oldest first.
    let recent: [RecentHappenings.Entry]

    private static var started: Timestamp { Timestamp(milliseconds: Int64(ProcessFigures.started * 1000)) }

    var text: String {
        var lines = [
            "teleport-mattermost \(Version.number) (\(BuildInfo.gitRef)), process \(getpid()), started "
                + Self.started.secondInWords,
            "Cluster: \(cluster ?? "not known yet")",
            (condition.isReady ? "Ready" : "Not ready") + (condition.since.map { " since \($0.secondInWords)" } ?? ""),
        ]
        lines += condition.reasons.map { "  ✗ \(Self.line($0))" } + condition.notes.map { "  ! \(Self.line($0))" }
        lines.append(pending)
        lines.append(recent.isEmpty ? "Nothing has happened since the start." : "Last happenings:")
        lines += recent.map { "  \($0.time.secondInUTC)  \(OneLine.bounded($0.happening.words, 400))" }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func line(_ reason: Condition.Reason) -> String {
        let since = reason.since.map { " (since \($0.secondInWords))" } ?? ""
        return "\(reason.part): \(OneLine.bounded(reason.words, 1000))\(since)"
    }

    private var pending: String {
        guard backlog.due > 0 else { return "Backlog: none" + scheduled }
        let states = Backlog.State.allCases.filter { $0 != .scheduled && backlog.count($0) > 0 }
            .map { "\(backlog.count($0)) \($0.rawValue)" }.joined(separator: ", ")
        let age = backlog.oldest.map { ", the oldest for \($0.components.seconds) s" } ?? ""
        return "Backlog: \(backlog.due) request\(backlog.due == 1 ? "" : "s") (\(states))\(age)" + scheduled
    }

    private var scheduled: String {
        let count = backlog.count(.scheduled)
        return count == 0 ? "" : "; \(count) to be looked at later"
    }

    var json: JSONPiece {
        let events = recent.map { entry in
            JSONPiece.object([
                ("time", .text(entry.time.millisecondInUTC)), ("name", .text(entry.happening.name)),
                ("request_id", .optional(entry.happening.requestID?.rawValue)), ("words", .text(entry.happening.words)),
            ])
        }
        return .object(
            [
                ("version", .text(Version.number)), ("revision", .text(BuildInfo.gitRef)), ("process", .number(Int(getpid()))),
                ("started", .time(Self.started)), ("cluster", .optional(cluster)),
            ] + condition.members + [("backlog", backlog.json), ("events", .list(events))])
    }
}
