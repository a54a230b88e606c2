/// A Teleport access request, with the parts that a person needs to know to decide it.
package struct AccessRequest: Equatable, Sendable {
    /// The state of a request in Teleport.
    package enum State: Hashable, Sendable {
        case pending
        case approved
        case denied
        /// The request was turned into an access list by a newer server.
        case promoted
        /// A state that this version does not know, kept as the server's number.
        case unknown(Int)

        /// The name of the state in `props.teleport.state` and in the plugin data's `resolution`.
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

    /// What a request asks for.
    package enum Kind: Hashable, Sendable {
        /// Access for a while, which a decision grants or refuses. Older servers tell no kind, and have only this one.
        case shortTerm
        /// Lasting access, which is granted by promoting the request to an access list. An approval gives temporary access
        /// only, and keeps the request from being promoted.
        case longTerm
        /// Any kind, with a name of the requester, of a role or of a resource that is no valid text. A post could show another
        /// name in its place, so nobody can tell from the post what is asked for.
        case unreadable
        /// A kind that this version does not know, as the server's number.
        case unknown(Int)
    }

    package var id: RequestID
    /// The name of the Teleport user who made the request.
    package var user: String
    package var roles: [String]
    package var state: State
    /// What the request asks for. Only short-term requests can be decided by a button.
    package var kind = Kind.shortTerm
    /// The requester's reason; may be empty.
    package var reason: String
    /// The decider's reason; may be empty.
    package var resolveReason: String
    /// The time at which the request was made. It is zero if the server told none, see ``Timestamp/isMoment``.
    package var created: Timestamp
    /// The time at which a pending request lapses, which is the end of its record's life; nil if the server does not say.
    package var expires: Timestamp?
    /// The reviewers that the requester suggests, as they were written: Teleport user names, e-mail addresses, or anything
    /// else.
    package var suggestedReviewers: [String]
    package var resources: [RequestedResource] = []
    /// The annotations that the server added to the request from the roles of its user.
    package var annotations: [String: [String]] = [:]
    /// The time at which the access is to begin, if that is not at once. Only newer servers tell it.
    package var accessStarts: Timestamp?
    /// The end of the access that is asked for.
    package var accessEnds: Timestamp?
    /// The end of the sessions that use the access.
    package var sessionEnds: Timestamp?
    /// The login that the requester means to use.
    package var loginHint = ""
    /// The title of the access list that a promoted request became.
    package var accessList = ""
    /// The reviews of the request, oldest first.
    package var reviews: [AccessReview] = []
    /// The thresholds of reviews that the request's roles define.
    package var thresholds: [ReviewThreshold] = []
    /// The indices of those ``thresholds`` by which a role of the request counts.
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

/// A decision that a person makes with a click. The raw value is its name in signatures, and the id of its button.
package enum Decision: String, Hashable, Sendable, CaseIterable {
    case approve
    case deny

    /// The state that the decision leads to.
    package var state: AccessRequest.State {
        switch self {
        case .approve: .approved
        case .deny: .denied
        }
    }
}
