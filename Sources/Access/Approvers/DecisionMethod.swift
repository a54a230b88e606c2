/// How a decision reaches Teleport.
package enum DecisionMethod: String, Equatable, Sendable, CaseIterable {
    /// The request's state is set: one decision is enough, whatever the request's thresholds.
    case state
    /// A review is submitted, which Teleport counts by the request's thresholds.
    case review
}
