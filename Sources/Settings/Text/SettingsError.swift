package import Access

/// Everything that is wrong with a configuration file, in the order of its lines.
package struct SettingsError: Error, Equatable, Sendable, CustomStringConvertible {
    package struct Problem: Equatable, Sendable {
        /// Counted from 1; nil when the file as a whole cannot be read.
        package var line: Int?
        /// Counted from 1, in characters; nil for a problem with a value that is TOML.
        package var column: Int?
        /// `[section] key`; nil when the file is not TOML.
        package var key: String?
        /// What is wrong with the value. Never holds a secret.
        package var fault: SettingFault

        /// The problem with its place: `path:line: [section] key: what is wrong.`
        package func located(in path: String) -> Notice {
            let place = [line, column].compactMap { $0.map { ":\($0)" } }.joined()
            return Notice("\(path)\(place): \(key.map { "\($0): " } ?? "")\(fault.words)", mend: fault.mend)
        }
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
        problems.map { $0.located(in: path).message }.joined(separator: "\n")
    }
}

/// Why a value cannot be used. Never holds a secret.
package struct SettingFault: OperatorError, Equatable {
    /// What is wrong, as the end of a sentence that begins with the key.
    package var words: String
    package var mend: String?

    init(_ words: String, mend: String? = nil) {
        self.words = words
        self.mend = mend
    }
}
