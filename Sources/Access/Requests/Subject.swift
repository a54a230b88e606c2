/// Who asks for what: what a card says besides the status. It outlives the request in the plugin data.
package struct Subject: Equatable, Sendable {
    package var requestID: RequestID
    package var user: String
    package var roles: [String]
    package var reason: String
    /// What is asked for by name, `/node/db-1`.
    package var resources: [String] = []
    /// The logins that the roles allow, a line for each role: `editor: root, ubuntu`.
    package var logins: [String] = []
    package var times: Times?
    /// The progress of a pending request's reviews, such as `1 of 2 approvals`.
    package var progress = ""
    /// Who can decide a pending request whose roles different people decide. Markdown, inert and short.
    package var approvers = ""

    /// The subject of an existing request.
    package struct Times: Equatable, Sendable {
        /// Nil if the server told none.
        package var created: Timestamp?
        /// When a pending request lapses.
        package var expires: Timestamp?
        /// The end of the access that is asked for.
        package var accessEnds: Timestamp?
        /// When the access begins, where that is not at once.
        package var accessStarts: Timestamp?
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

    package init(_ request: AccessRequest) {
        self.init(requestID: request.id, user: request.user, roles: request.roles, reason: request.reason)
        resources = request.resources.map(\.description)
        if !request.loginHint.isEmpty { logins = ["as \(request.loginHint)"] }
        progress = request.reviewProgress
        times = Times(
            created: request.created.isMoment ? request.created : nil, expires: request.expires,
            accessStarts: request.accessStarts, accessEnds: request.accessEnds, sessionEnds: request.sessionEnds)
    }
}
