/// A dialog that asks the person who clicked for a reason, or only to confirm the click.
package struct ReasonDialog: Equatable, Sendable {
    /// The name of the reason's field in the submission.
    package static let field = "reason"
    /// The largest number of characters of a reason.
    package static let limit = 1000

    package var decision: Decision
    package var introduction: String
    /// Whether the reason may be left empty.
    package var isOptional: Bool
    /// Whether there is a field for the reason. Without it, the dialog only asks to confirm the click.
    package var hasField = true
    /// A text that is sent back with the submission. Clients see it and may change it.
    package var state: String
    /// The address that the submission is sent to.
    package var url: String

    package init(
        _ decision: Decision, introduction: String, isOptional: Bool, hasField: Bool = true, state: String, url: String
    ) {
        self.decision = decision
        self.introduction = introduction
        self.isOptional = isOptional
        self.hasField = hasField
        self.state = state
        self.url = url
    }
}
