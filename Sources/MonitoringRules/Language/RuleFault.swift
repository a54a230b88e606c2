/// The reason why a rule cannot be used, or why it cannot be told whether it matches a request.
package struct RuleFault: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Kind: Sendable {
        /// Teleport refuses the condition or the schedule too, and skips the rule. So does the plugin.
        case broken
        /// The request makes the condition take more than the plugin spends on it, so it is unknown whether the rule matches. It
        /// must not be taken for no match, because the requester could choose other recipients in that way.
        case bound
    }

    package var words: String
    package var kind: Kind

    package init(_ words: String, _ kind: Kind = .broken) {
        self.words = words
        self.kind = kind
    }

    package var description: String { words }

    /// Returns the fault of a value that has the wrong type.
    static func type(of part: String, expected: ValueType, found: ValueType) -> RuleFault {
        RuleFault("\(part) must be \(expected.article), and is \(found.article)")
    }
}
