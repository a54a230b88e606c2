import Synchronization

/// Collects the steps and prints them: each as soon as it is known, or all at the end as one JSON object.
final class CheckReport: Sendable {
    private let found = Mutex<[CheckStep]>([])
    private let isJSON: Bool
    private let output: @Sendable (String) -> Void
    private let progress: @Sendable (String) -> Void

    /// - Parameter progress: prints what is of use only while somebody waits; in JSON mode it goes here instead of the output.
    init(
        isJSON: Bool, output: @escaping @Sendable (String) -> Void = LogDestination.standardOutput.write,
        progress: @escaping @Sendable (String) -> Void = LogDestination.standardError.write
    ) {
        self.isJSON = isJSON
        self.output = output
        self.progress = progress
    }

    var steps: [CheckStep] { found.withLock { $0 } }
    var hasFailures: Bool { steps.contains { $0.status == .failed } }

    /// Adds a step, unless the check was cancelled: what fails then fails because of the cancellation.
    func add(_ step: CheckStep) {
        guard !Task.isCancelled else { return }
        found.withLock { $0.append(step) }
        if !isJSON { output(step.text) }
    }

    func add(_ steps: [CheckStep]) {
        for step in steps { add(step) }
    }

    /// Prints what a person is asked to do now.
    func ask(_ words: String) { (isJSON ? progress : output)("… \(words)\n") }

    func finish(isInterrupted: Bool) {
        let steps = steps
        let failures = steps.count { $0.status == .failed }
        guard isJSON else {
            let end = failures == 0 ? "All is well." : "\(failures) of \(steps.count) steps failed."
            return output("\n\(isInterrupted ? "Interrupted." : end)\n")
        }
        let isOK = failures == 0 && !isInterrupted
        output("{\"ok\":\(isOK),\"interrupted\":\(isInterrupted),\"steps\":[\(steps.map(\.json).joined(separator: ","))]}\n")
    }
}
