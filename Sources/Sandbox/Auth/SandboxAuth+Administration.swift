import FoundationEssentials

/// What people do with `tsh` and `tctl`, and what tests look at.
extension SandboxAuth {
    /// Makes a pending request, as `tsh request create` does, and returns its id.
    ///
    /// - Parameters:
    ///   - id: a new UUID unless given.
    ///   - ttl: how long it may stay pending; a Teleport's is at most an hour.
    ///   - accessTTL: how long the access that is asked for lasts, from now on.
    @discardableResult
    package func createRequest(
        user: String, roles: [String], reason: String = "", id: String? = nil, ttl: Duration = .seconds(3600),
        accessTTL: Duration = .seconds(30 * 3600), suggestedReviewers: [String] = [],
        thresholds: [AuthThreshold] = [AuthThreshold()]
    ) -> String {
        store.create(
            id: id ?? UUID().uuidString.lowercased(), user: user, roles: roles, reason: reason, pendingTTL: ttl,
            accessTTL: accessTTL, suggestedReviewers: suggestedReviewers, thresholds: thresholds
        ).id
    }

    /// As `tctl request approve` and `tctl request deny` do: by the same rules as a plugin's call.
    package func resolve(_ id: String, _ state: AuthRequest.State, reason: String = "") throws(AuthRefusal) {
        try store.setState(of: id, to: state, reason: reason, delegator: "", caller: "tctl")
    }

    /// As `tsh request review` of somebody who may.
    package func review(_ id: String, by author: String, _ state: AuthRequest.State, reason: String = "") throws(AuthRefusal) {
        _ = try store.review(id, by: author, state: state, reason: reason)
    }

    package func request(_ id: String) -> AuthRequest? { store.request(id) }

    /// By plugin; empty when there is nothing. Stays for an hour longer than the request could.
    package func pluginData(_ id: String) -> [String: [String: String]] { store.pluginData(of: id)?.entries ?? [:] }

    /// As a plugin's own call without expectations.
    package func setPluginData(_ id: String, of plugin: String, _ fields: [String: String]) throws(AuthRefusal) {
        try store.update(.init(requestID: id, plugin: plugin, set: fields, expect: [:]))
    }

    /// Every decision so far, oldest first.
    package var auditLog: [AuditEntry] { store.audit }

    package var connectionCount: Int { connections.count }

    /// Removes what is past its life now; ``run()`` does so every second.
    package func sweep() { store.sweep() }
}
