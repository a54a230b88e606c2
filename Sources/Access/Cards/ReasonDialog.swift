/// A form that asks the clicker why, or only whether they mean it.
package struct ReasonDialog: Equatable, Sendable {
    /// The field's name in what comes back.
    package static let field = "reason"
    /// Characters that the field takes.
    package static let limit = 1000

    package var decision: Decision
    package var introduction: String
    package var isOptional: Bool
    /// Without the field nothing is asked but whether the person means it.
    package var hasField = true
    /// Comes back with what was written; clients see it and may change it.
    package var state: String
    /// Where it is sent.
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
