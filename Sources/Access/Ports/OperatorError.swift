/// An error for the person who runs the plugin.
///
/// What is wrong and what to do about it are fields of their own, so that the log, `/readyz` and `check` each render them in
/// their own way. No code takes a text apart to learn what happened: it asks the error's code or reason.
package protocol OperatorError: Error, CustomStringConvertible {
    /// A description of the problem, with the setting, the file or the call that it is about. It contains no secret and no
    /// mend.
    var words: String { get }
    /// A description of what the operator can do about it; nil if nothing more is known.
    var mend: String? { get }
    /// Words and mend in one line, as the log and `/readyz` show them.
    var message: String { get }
}

extension OperatorError {
    /// A sentence is followed by the mend as another one, anything else by a semicolon and the mend.
    package var message: String {
        mend.map { words.hasSuffix(".") ? "\(words) \($0)" : "\(words); \($0)" } ?? words
    }

    package var description: String { message }
}

/// A condition that an operator should know of and that no call threw, such as "not connected yet".
package struct Notice: OperatorError, Equatable {
    package var words: String
    package var mend: String?

    package init(_ words: String, mend: String? = nil) {
        self.words = words
        self.mend = mend
    }
}

/// An error that several requests or recipients have in common.
package struct SharedError: OperatorError {
    package var first: any OperatorError
    /// The number of further requests or recipients that have the same error; at least 1.
    package var others: Int
    /// The noun for them, in the plural: `requests` or `recipients`.
    package var noun: String

    package init(_ first: any OperatorError, others: Int, of noun: String) {
        self.first = first
        self.others = others
        self.noun = noun
    }

    package var words: String { first.words }
    package var mend: String? { first.mend }
    package var message: String { "\(first.message) (and \(others) more \(noun))" }
}
