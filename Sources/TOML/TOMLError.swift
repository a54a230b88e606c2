/// The error of a text that is not read: what is wrong with it, and what to do about it.
///
/// Message and mend never quote the text, because a configuration file contains secrets.
package struct TOMLError: Error, Hashable, Sendable {
    /// The kind of an error.
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

    /// Returns the error with the line added on which the array or string around it begins, if that is an earlier line.
    func inside(_ what: String, from start: TOMLPosition) -> TOMLError {
        guard code == .syntax, start.line < position.line, !namesStart else { return self }
        var error = self
        error.message += ", in the \(what) that begins on line \(start.line)"
        error.namesStart = true
        return error
    }
}

/// Limits on a text, so that reading it takes neither long nor more stack than there is.
package struct TOMLLimits: Sendable {
    /// The largest size of the text, in bytes.
    package var bytes = 1 << 20
    /// The largest number of levels of tables and arrays within one another, in whichever notation they are written.
    package var depth = 32
    /// The largest number of names of keys and tables. Each part of a dotted name counts.
    package var keys = 10_000

    package init() {}
}
