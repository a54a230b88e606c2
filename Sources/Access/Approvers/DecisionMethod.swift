/// The way in which a decision reaches Teleport.
package enum DecisionMethod: String, Equatable, Sendable, CaseIterable {
    /// The plugin sets the request's state. One decision is enough, whatever the request's thresholds are.
    case state
    /// The plugin submits a review, which Teleport counts by the request's thresholds.
    case review
}
