/// An access request as the auth service stores it.
package struct AuthRequest: Equatable, Sendable {
    /// The states, with Teleport's numbers.
    package enum State: Int, Sendable, CaseIterable {
        case pending = 1
        case approved = 2
        case denied = 3

        /// The name that Teleport uses in messages.
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
    /// The resources that are requested, without constraints.
    package var resources: [AuthResource] = []
    /// The latest end of the access, which newer servers send.
    package var maxDuration = AuthTime.absent
    /// The number of the request's kind, which newer servers send: 2 for long-term access. Zero is not sent.
    package var kind = 0
    package var resolveReason = ""
    /// The reviews, oldest first.
    package var reviews: [AuthReview] = []
    package var thresholds = [AuthThreshold()]
    package let created: WallTime
    /// The end of the requested access.
    package let accessExpires: WallTime
    /// The time at which the record expires. For a pending request this is at most an hour after its creation. For an approved
    /// one it is ``accessExpires``.
    package var expires: WallTime
    /// The time at which the record was last written. Teleport sends it as `metadata.id`.
    package var written: WallTime
    /// Further fields of the request's spec as bytes, for what no string can hold. They replace those of the same number.
    package var rawFields: [UInt8] = []
    /// The life of plugin data after it is stored with the request; nil for the value in ``PluginDataRules``.
    package var pluginDataLife: Duration?
}

/// A requested resource.
package struct AuthResource: Equatable, Sendable {
    package var cluster: String
    package var kind: String
    package var name: String

    package init(cluster: String, kind: String, name: String) {
        (self.cluster, self.kind, self.name) = (cluster, kind, name)
    }
}

/// An entry of the audit log: one decision.
package struct AuditEntry: Equatable, Sendable {
    package var requestID: String
    package var state: AuthRequest.State
    /// The person on whose behalf the decision was made; empty when the call named nobody.
    package var delegator: String
    package var reason: String
    /// The user in the caller's certificate.
    package var caller: String
    package var time: WallTime
}
