/// A Teleport access request, as far as a person deciding on it needs to know it.
package struct AccessRequest: Equatable, Sendable {
    package enum State: Hashable, Sendable {
        case pending
        case approved
        case denied
        /// Turned into an access list by a newer server.
        case promoted
        /// A state that this version does not know, kept as the server's number.
        case unknown(Int)

        /// The word in `props.teleport.state` and in the plugin data's `resolution`.
        package var name: String {
            switch self {
            case .pending: "pending"
            case .approved: "approved"
            case .denied: "denied"
            case .promoted: "promoted"
            case .unknown(let number): "state-\(number)"
            }
        }
    }

    package var id: RequestID
    package var user: String
    package var roles: [String]
    package var state: State
    package var reason: String
    package var resolveReason: String
    /// Zero where the server told none, see ``Timestamp/isMoment``.
    package var created: Timestamp
    /// When a pending request lapses: the end of the record's own life. Nil if the server does not say.
    package var expires: Timestamp?
    /// As the requester wrote them: Teleport's user names, or e-mail addresses, or anything.
    package var suggestedReviewers: [String]
    package var resources: [RequestedResource] = []
    /// When the access is to begin, where that is not at once. From newer servers.
    package var accessStarts: Timestamp?
    /// The end of the access that is asked for.
    package var accessEnds: Timestamp?
    package var sessionEnds: Timestamp?
    /// The login that the requester means to use.
    package var loginHint = ""
    /// The title of the access list that it became, of a promoted one.
    package var accessList = ""
    /// Oldest first.
    package var reviews: [AccessReview] = []
    package var thresholds: [ReviewThreshold] = []
    /// Those of ``thresholds`` that a role of the request counts by.
    package var usedThresholds: Set<Int> = []

    package init(
        id: RequestID, user: String, roles: [String], state: State, reason: String = "", resolveReason: String = "",
        created: Timestamp, expires: Timestamp? = nil, suggestedReviewers: [String] = []
    ) {
        self.id = id
        self.user = user
        self.roles = roles
        self.state = state
        self.reason = reason
        self.resolveReason = resolveReason
        self.created = created
        self.expires = expires
        self.suggestedReviewers = suggestedReviewers
    }
}

/// What a person may decide with a click. The raw value is the signed name and the button's id.
package enum Decision: String, Hashable, Sendable, CaseIterable {
    case approve
    case deny

    /// The state that the decision brings about.
    package var state: AccessRequest.State {
        switch self {
        case .approve: .approved
        case .deny: .denied
        }
    }
}
