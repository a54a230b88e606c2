import Log
import Synchronization

/// Collects the results of the steps and prints them: each result as soon as it is known, or all at the end as one JSON object.
package final class CheckReport: Sendable {
    private let found = Mutex<[CheckStep]>([])
    private let features = Mutex<[FeatureRow]>([])
    private let isJSON: Bool
    private let output: @Sendable (String) -> Void
    private let progress: @Sendable (String) -> Void

    /// - Parameter progress: prints text that is useful only while somebody waits. It is used in JSON mode, so that the output
    ///   holds nothing but JSON.
    package init(
        isJSON: Bool, output: @escaping @Sendable (String) -> Void = LogDestination.standardOutput.write,
        progress: @escaping @Sendable (String) -> Void = LogDestination.standardError.write
    ) {
        self.isJSON = isJSON
        self.output = output
        self.progress = progress
    }

    var steps: [CheckStep] { found.withLock { $0 } }
    package var hasFailures: Bool { steps.contains { $0.status == .failed } }

    /// Adds a step. After a cancellation nothing is added, because a step that fails then fails because of the cancellation.
    func add(_ step: CheckStep) {
        guard !Task.isCancelled else { return }
        found.withLock { $0.append(step) }
        if !isJSON { output(step.text) }
    }

    func add(_ steps: [CheckStep]) {
        for step in steps { add(step) }
    }

    /// Adds the table of the features and of what the role allows.
    func add(_ rows: [FeatureRow]) {
        guard !Task.isCancelled else { return }
        features.withLock { $0 = rows }
        if !isJSON {
            output("What the plugin's role is good for (✓ allowed, ✗ lacking, – not known):\n" + rows.map(\.text).joined())
        }
    }

    /// Asks the person who runs the check to do something now.
    func ask(_ words: String) { (isJSON ? progress : output)("… \(words)\n") }

    /// Prints the end of the report: a summary, or the JSON object with all steps.
    package func finish(isInterrupted: Bool) {
        let steps = steps
        let failures = steps.count { $0.status == .failed }
        let warnings = steps.count { $0.status == .warning }
        guard isJSON else {
            let end = isInterrupted ? "Interrupted." : Self.summary(failures, warnings, of: steps.count)
            return output("\n\(end)\n")
        }
        let fields = [
            "\"ok\":\(failures == 0 && !isInterrupted)", "\"interrupted\":\(isInterrupted)", "\"failures\":\(failures)",
            "\"warnings\":\(warnings)", "\"steps\":[\(steps.map(\.json).joined(separator: ","))]",
            "\"features\":[\(features.withLock { $0 }.map(\.json).joined(separator: ","))]",
        ]
        output("{\(fields.joined(separator: ","))}\n")
    }

    /// Returns the last line of the report, such as `3 of 23 steps failed, 1 warning.`
    private static func summary(_ failures: Int, _ warnings: Int, of steps: Int) -> String {
        let more = warnings == 0 ? "" : ", \(warnings) warning\(warnings == 1 ? "" : "s")"
        return switch failures {
        case 0: warnings == 0 ? "All is well." : "No step failed\(more)."
        case 1: "1 step failed\(more)."
        default: "\(failures) of \(steps) steps failed\(more)."
        }
    }
}
