/// The contents of a request's card other than its status: the requester, what they ask for, and why. The plugin data keeps
/// them after the request is gone.
package struct Subject: Equatable, Sendable {
    package var requestID: RequestID
    package var user: String
    package var roles: [String]
    package var reason: String
    /// What the request asks for. The plugin data do not keep it, because nobody decides a request that is gone.
    package var kind = AccessRequest.Kind.shortTerm
    /// The requested resources by their names, such as `/node/db-1`.
    package var resources: [String] = []
    /// The logins that the roles allow, a line for each role: `editor: root, ubuntu`.
    package var logins: [String] = []
    package var times: Times?
    /// The progress of a pending request's reviews, such as `1 of 2 approvals`.
    package var progress = ""
    /// The text that says who can decide a pending request whose roles have different approvers. It is short Markdown, and
    /// inert.
    package var approvers = ""

    /// The times of an existing request and of the access that it asks for.
    package struct Times: Equatable, Sendable {
        /// The time at which the request was made; nil if the server told none.
        package var created: Timestamp?
        /// The time at which a pending request lapses.
        package var expires: Timestamp?
        /// The end of the access that is asked for.
        package var accessEnds: Timestamp?
        /// The time at which the access begins, if that is not at once.
        package var accessStarts: Timestamp?
        /// The end of the sessions that use the access.
        package var sessionEnds: Timestamp?

        package init(
            created: Timestamp?, expires: Timestamp? = nil, accessStarts: Timestamp? = nil, accessEnds: Timestamp? = nil,
            sessionEnds: Timestamp? = nil
        ) {
            self.created = created
            self.expires = expires
            self.accessStarts = accessStarts
            self.accessEnds = accessEnds
            self.sessionEnds = sessionEnds
        }
    }

    package init(requestID: RequestID, user: String, roles: [String], reason: String) {
        self.requestID = requestID
        self.user = user
        self.roles = roles
        self.reason = reason
    }

    /// Creates the subject of an existing request.
    package init(_ request: AccessRequest) {
        self.init(requestID: request.id, user: request.user, roles: request.roles, reason: request.reason)
        kind = request.kind
        resources = request.resources.map(\.description)
        if !request.loginHint.isEmpty { logins = ["as \(request.loginHint)"] }
        progress = request.reviewProgress
        times = Times(
            created: request.created.isMoment ? request.created : nil, expires: request.expires,
            accessStarts: request.accessStarts, accessEnds: request.accessEnds, sessionEnds: request.sessionEnds)
    }
}
