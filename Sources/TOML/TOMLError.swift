/// Why a text was refused, and what to do about it.
///
/// Message and mend never quote the text: a configuration file holds secrets.
package struct TOMLError: Error, Hashable, Sendable {
    package enum Code: Hashable, Sendable {
        /// The text is not UTF-8.
        case encoding
        /// The text does not follow the grammar.
        case syntax
        /// A key or a table is defined twice.
        case redefinition
        /// The text is larger, deeper or has more keys than ``TOMLLimits`` allows.
        case limit
    }

    package let code: Code
    package let position: TOMLPosition
    /// A clause that says what is wrong, in lower case and without a full stop.
    package private(set) var message: String
    /// A sentence that says how to correct the text.
    package let mend: String

    /// Whether the message says where the array or string began. The innermost one is told.
    private var namesStart = false

    init(code: Code, position: TOMLPosition, message: String, mend: String) {
        self.code = code
        self.position = position
        self.message = message
        self.mend = mend
    }

    /// Adds where the array or string began in which the error was found, when that was on an earlier line.
    func inside(_ what: String, from start: TOMLPosition) -> TOMLError {
        guard code == .syntax, start.line < position.line, !namesStart else { return self }
        var error = self
        error.message += ", in the \(what) that begins on line \(start.line)"
        error.namesStart = true
        return error
    }
}

/// Bounds on what is read, so that no text takes more than a moment or more stack than there is.
package struct TOMLLimits: Sendable {
    /// The largest size of a text.
    package var bytes = 1 << 20
    /// The most levels of tables and arrays within one another, by whatever notation they are written.
    package var depth = 32
    /// The most names of keys and tables. Each part of a dotted name counts.
    package var keys = 10_000

    package init() {}
}
