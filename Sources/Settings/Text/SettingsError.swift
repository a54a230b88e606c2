package import Access

/// The error of a configuration file that cannot be used: everything that is wrong with it, in the order of its lines.
package struct SettingsError: Error, Equatable, Sendable, CustomStringConvertible {
    /// One thing that is wrong with the file, and its place.
    package struct Problem: Equatable, Sendable {
        /// The line, counted from 1; nil if the file as a whole cannot be read.
        package var line: Int?
        /// The column, counted from 1 in characters; nil for a problem with a value that is TOML.
        package var column: Int?
        /// The key, as `[section] key`; nil if the file is not TOML.
        package var key: String?
        /// What is wrong with the file or the value, and the mend. It never contains a secret.
        package var fault: SettingFault

        /// Returns the problem with its place: `path:line: [section] key: what is wrong.`
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

    /// The text of the error, with one line for each problem: `path:line: [section] key: what is wrong. Mend.`
    package var description: String {
        problems.map { $0.located(in: path).message }.joined(separator: "\n")
    }
}

/// The error of a value: what is wrong with it, and the mend. It never contains a secret.
package struct SettingFault: OperatorError, Equatable {
    /// The problem, as the end of a sentence that begins with the key.
    package var words: String
    package var mend: String?

    init(_ words: String, mend: String? = nil) {
        self.words = words
        self.mend = mend
    }
}
