/// The actions and the state of the sandbox's Teleport that the page uses.
package protocol TeleportControl: Sendable {
    /// All requests, oldest first.
    func requests() -> [TeleportView]

    /// The number of plugins that watch for requests.
    var watchers: Int { get }

    /// Rings on every change of the requests or of the number of watchers.
    var bell: ChangeBell { get }

    /// Makes a request and returns its id.
    func makeRequest(user: String, roles: [String], reason: String) throws(SandboxError) -> String

    /// Approves or denies a request, as `tctl requests approve` and `tctl requests deny` do.
    func resolve(_ id: String, approved: Bool, reason: String) throws(SandboxError)

    func delete(_ id: String) throws(SandboxError)
}

/// A request as the page shows it.
package struct TeleportView: Equatable, Sendable {
    package var id: String
    package var user: String
    package var roles: [String]
    package var reason: String
    /// The state as `tctl` shows it, such as `PENDING` or `APPROVED`.
    package var state: String
    package var resolveReason: String
    /// The person who decided, according to the audit log; empty while nobody has decided.
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
