/// Everything that is wrong with a configuration file, in the order of its lines.
package struct SettingsError: Error, Equatable, Sendable, CustomStringConvertible {
    package struct Problem: Equatable, Sendable {
        /// Counted from 1; nil when the file as a whole cannot be read.
        package var line: Int?
        /// Counted from 1, in characters; nil for a problem with a value that is TOML.
        package var column: Int?
        /// `[section] key`; nil when the file is not TOML.
        package var key: String?
        /// What is wrong, and the mend. Never holds a secret.
        package var text: String
    }

    package let path: String
    package let problems: [Problem]

    package init(path: String, problems: [Problem]) {
        self.path = path
        self.problems = problems.enumerated()
            .sorted { ($0.element.line ?? 0, $0.offset) < ($1.element.line ?? 0, $1.offset) }
            .map(\.element)
    }

    /// One line for each problem: `path:line: [section] key: what is wrong. Mend.`
    package var description: String {
        problems.map { problem in
            let place = [problem.line, problem.column].compactMap { $0.map { ":\($0)" } }.joined()
            return "\(path)\(place): \(problem.key.map { "\($0): " } ?? "")\(problem.text)"
        }.joined(separator: "\n")
    }
}
