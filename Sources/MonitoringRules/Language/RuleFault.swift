/// The reason why a rule cannot be used: a condition or a schedule that is not written as Teleport understands it, or that needs
/// more than is spent on one rule.
package struct RuleFault: Error, Equatable, Sendable, CustomStringConvertible {
    package var words: String

    package init(_ words: String) { self.words = words }

    package var description: String { words }

    /// Returns the fault of a value that has the wrong type.
    static func type(of part: String, expected: ValueType, found: ValueType) -> RuleFault {
        RuleFault("\(part) must be \(expected.article), and is \(found.article)")
    }
}
