/// What the page needs of the sandbox's Teleport.
package protocol TeleportSide: Sendable {
    /// Every request that there is, oldest first.
    func requests() -> [TeleportView]

    /// How many plugins watch.
    var watchers: Int { get }

    /// Rings on every change of the two above.
    var bell: ChangeBell { get }

    /// Returns the new request's id.
    func makeRequest(user: String, roles: [String], reason: String) throws(SandboxError) -> String

    /// As `tctl requests approve` and `deny` would.
    func resolve(_ id: String, approved: Bool, reason: String) throws(SandboxError)

    func delete(_ id: String) throws(SandboxError)
}

/// A request as Teleport has it.
package struct TeleportView: Equatable, Sendable {
    package var id: String
    package var user: String
    package var roles: [String]
    package var reason: String
    /// `PENDING`, `APPROVED`, `DENIED`, …, as `tctl` shows them.
    package var state: String
    package var resolveReason: String
    /// Who decided, by the audit log; empty while nobody has.
    package var delegator: String
    package var createdAt: Int64

    package init(
        id: String, user: String, roles: [String], reason: String, state: String, resolveReason: String, delegator: String,
        createdAt: Int64
    ) {
        self.id = id
        self.user = user
        self.roles = roles
        self.reason = reason
        self.state = state
        self.resolveReason = resolveReason
        self.delegator = delegator
        self.createdAt = createdAt
    }
}
