/// An access request as the auth service keeps it.
package struct AuthRequest: Equatable, Sendable {
    /// With Teleport's numbers and names.
    package enum State: Int, Sendable, CaseIterable {
        case pending = 1
        case approved = 2
        case denied = 3

        /// As Teleport writes it in texts.
        package var name: String {
            switch self {
            case .pending: "PENDING"
            case .approved: "APPROVED"
            case .denied: "DENIED"
            }
        }
    }

    package let id: String
    package let user: String
    package var roles: [String]
    package var state = State.pending
    package let reason: String
    package var suggestedReviewers: [String] = []
    /// The end of the access at the longest, as newer servers tell it.
    package var maxDuration = AuthTime.absent
    package var resolveReason = ""
    /// Oldest first.
    package var reviews: [AuthReview] = []
    package var thresholds = [AuthThreshold()]
    package let created: WallTime
    /// The end of the access that is asked for.
    package let accessExpires: WallTime
    /// The end of the record's life: of a pending request at most an hour, from its approval on ``accessExpires``.
    package var expires: WallTime
    /// When the record was last written: Teleport's `metadata.id`.
    package var written: WallTime
    /// How long plugin data that is stored with the request lasts from then on; nil: as ``PluginDataRules`` say.
    package var pluginDataLife: Duration?
}

/// One decision, as the audit log tells it.
package struct AuditEntry: Equatable, Sendable {
    package var requestID: String
    package var state: AuthRequest.State
    /// On whose behalf; empty when nobody is named.
    package var delegator: String
    package var reason: String
    /// The user whose certificate made the call.
    package var caller: String
    package var time: WallTime
}
