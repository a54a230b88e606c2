/// Deliberate faults, by which the simulation proves that it would find such faults. They exist only in builds with the flag
/// `SIMULATION`, as `make simulate` makes them. In all other builds every question is answered with a constant.
package enum Sabotage: String, CaseIterable, Sendable {
    /// Plugin data is written without expecting the values that were read.
    case noExpectation
    /// A claim counts as a dead replica's as soon as it is seen.
    case claimAgeIgnored
    /// A post is recorded before it was made.
    case recordBeforePost
    /// Posts have no idempotency key.
    case noPendingPostID
    /// A request is decided without being read again under the claim.
    case noSecondRead
    /// A request that is missing once counts as gone.
    case absenceBelievedOnce
    /// A look through a channel finds nothing.
    case lookFindsNothing
    /// The events of the watch are dropped.
    case hintsDropped
    /// A request that failed is looked at again after a day.
    case endlessBackoff
    /// A sweep that failed is not tried again.
    case sweepGivesUp
    /// A decision that a post shows is overwritten when its request is gone.
    case finalStateOverwritten
    /// A read that shows less than the watch did is believed.
    case staleReadBelieved
    /// The proof of a click is not remembered, so that it can be used for another one.
    case proofsForgotten

    #if SIMULATION
        /// The fault that is built in at present. It is set before a world begins.
        nonisolated(unsafe) package static var active: Sabotage?

        package static func isActive(_ fault: Sabotage) -> Bool { active == fault }
    #else
        @inlinable package static func isActive(_ fault: Sabotage) -> Bool { false }
    #endif
}
