import Foundation
import Sandbox
import TestSupport

/// The results of a run: the number of actions of each kind, the time of recovery and the problems.
struct ChaosReport: Sendable, CustomStringConvertible {
    let plan: ChaosPlan
    let counts: [String: Int]
    let recovery: ChaosRun.Recovery
    let problems: [Verdict.Problem]
    private let isSlow: Bool
    private let stories: [String]

    init(run: ChaosRun, recovery: ChaosRun.Recovery, problems: [Verdict.Problem]) {
        plan = run.plan
        var counts = run.ledger.counts
        counts["requests that had two posts for a while"] = run.ledger.entries.count { $0.mostPosts > 1 }
        counts["decisions by click"] = run.stage.auth.auditLog.count { $0.caller == Verdict.plugin }
        self.counts = counts
        self.recovery = recovery
        self.problems = problems
        let entries = run.ledger.entries
        isSlow = recovery.time > .seconds(20)
        let ids = Set((problems + (isSlow ? recovery.last : [])).compactMap(\.id))
        stories = entries.filter { ids.contains($0.id) }.prefix(5).map { Self.story(of: $0, in: run) }
        if isSlow || !problems.isEmpty { Self.keepLogs(of: run) }
    }

    var description: String {
        let lines = counts.sorted { $0.key < $1.key }.map { "  \($0.value)\t\($0.key)" }
        let wrong = problems.map { "  \($0.id ?? "the plugin"): \($0.what)" }
        let replay = "Replay with: make chaos SEED=\(plan.seed) MINUTES=\(Double(plan.length.components.seconds) / 60)"
        let parts =
            ["Chaos of seed \(plan.seed), \(plan.length), \(plan.replicas) replicas:"] + lines
            + ["All was right \(recovery.time) after the last fault. \(problems.count) violations."]
            + (problems.isEmpty ? [] : [replay] + wrong)
            + (isSlow ? ["Slow; the last to come right:"] + recovery.last.map { "  \($0.id ?? ""): \($0.what)" } : []) + stories
        return parts.joined(separator: "\n")
    }

    /// Saves everything that the replicas logged.
    private static func keepLogs(of run: ChaosRun) {
        let folder = Fixtures.root.deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: ".build/chaos/seed-\(run.plan.seed)")
        try? FileManager.default.removeItem(at: folder)
        try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for (number, replica) in run.replicas.all.enumerated() {
            for (start, process) in replica.everyProcess.enumerated() {
                let state = process.state.value
                let lines = zip(state.times, state.lines).map { "\($0 - run.ledger.begin)  \($1)\n" }
                try? lines.joined().write(
                    to: folder.appending(path: "\(number).\(start).log"), atomically: true, encoding: .utf8)
            }
        }
    }

    private static func story(of entry: Ledger.Entry, in run: ChaosRun) -> String {
        let id = entry.id
        var lines = ["--- \(id)"]
        lines += entry.history.map { "\($0.at)  \($0.what)" }
        lines.append("Teleport: \(run.stage.auth.request(id).map { $0.state.name } ?? "gone")")
        lines.append("plugin data: \(run.stage.auth.pluginData(id))")
        for entry in run.stage.auth.auditLog where entry.requestID == id {
            lines.append("audit: \(entry.state) by \(entry.caller) for \(entry.delegator) at \(entry.time.milliseconds)")
        }
        for post in (try? run.stage.posts(about: id)) ?? [] {
            let state = post.props["teleport"]?["state"]?.text ?? ""
            lines.append(
                "post \(post.id) of \(post.createAt), updated \(post.updateAt): \(state), \(post.field("Status") ?? "")")
        }
        lines.append("last fault: \(run.ledger.lastFaultEnd - run.ledger.begin)")
        for (number, replica) in run.replicas.all.enumerated() {
            for (start, process) in replica.everyProcess.enumerated() {
                let state = process.state.value
                for (line, at) in zip(state.lines, state.times) where line.contains(id) || isOfAll(line) {
                    lines.append("\(at - run.ledger.begin)  replica \(number).\(start): \(line)")
                }
            }
        }
        return lines.joined(separator: "\n")
    }

    /// Whether a line of the log is about a server and not about one request.
    private static func isOfAll(_ line: String) -> Bool {
        ["everything waits", "works again", "No watch", "Watcher connected", "Could not look"].contains { line.contains($0) }
    }
}
