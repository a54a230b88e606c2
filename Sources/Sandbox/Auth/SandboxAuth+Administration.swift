import FoundationEssentials

/// What people do with `tsh` and `tctl`, and what tests look at.
extension SandboxAuth {
    /// Makes a pending request, as `tsh request create` does, and returns its id.
    ///
    /// - Parameters:
    ///   - id: a new UUID unless given.
    ///   - ttl: how long it may stay pending; a Teleport's is at most an hour.
    ///   - accessTTL: how long the access that is asked for lasts, from now on.
    ///   - pluginDataLife: how long what is stored with the request lasts; nil: as ``pluginDataRules`` say.
    @discardableResult
    package func createRequest(
        user: String, roles: [String], reason: String = "", id: String? = nil, ttl: Duration = .seconds(3600),
        accessTTL: Duration = .seconds(30 * 3600), suggestedReviewers: [String] = [],
        thresholds: [AuthThreshold] = [AuthThreshold()], maxDuration: AuthTime = .absent, pluginDataLife: Duration? = nil
    ) -> String {
        store.create(
            id: id ?? UUID().uuidString.lowercased(), user: user, roles: roles, reason: reason, pendingTTL: ttl,
            accessTTL: accessTTL, suggestedReviewers: suggestedReviewers, thresholds: thresholds
        ) { ($0.maxDuration, $0.pluginDataLife) = (maxDuration, pluginDataLife) }.id
    }

    /// As `tctl request approve` and `tctl request deny` do: by the same rules as a plugin's call.
    package func resolve(_ id: String, _ state: AuthRequest.State, reason: String = "") throws(AuthRefusal) {
        try store.setState(of: id, to: state, reason: reason, delegator: "", caller: "tctl")
    }

    /// As `tsh request review` of somebody who may.
    ///
    /// - Parameter created: the present time unless given.
    package func review(
        _ id: String, by author: String, _ state: AuthRequest.State, reason: String = "", created: AuthTime? = nil
    ) throws(AuthRefusal) {
        _ = try store.review(id, by: author, state: state, reason: reason, created: created)
    }

    package func request(_ id: String) -> AuthRequest? { store.request(id) }

    /// By plugin; empty when there is nothing. Stays for an hour longer than the request could.
    package func pluginData(_ id: String) -> [String: [String: String]] { store.pluginData(of: id)?.entries ?? [:] }

    /// As a plugin's own call without expectations.
    package func setPluginData(_ id: String, of plugin: String, _ fields: [String: String]) throws(AuthRefusal) {
        try store.update(.init(requestID: id, plugin: plugin, set: fields, expect: [:]))
    }

    /// How plugin data is kept and listed; may change at any time.
    package var pluginDataRules: PluginDataRules {
        get { store.pluginDataRules }
        set { store.pluginDataRules = newValue }
    }

    /// As at the end of the record's time.
    package func expirePluginData(_ id: String) { store.expirePluginData(of: id) }

    /// Takes a permission away from a user's role. Watches that are open go on.
    package func withdraw(_ permission: AuthPermission, from user: String = "access-plugin-mattermost") {
        store.setPermissions(of: user) { $0.remove(permission) }
    }

    package func grant(_ permission: AuthPermission, to user: String = "access-plugin-mattermost") {
        store.setPermissions(of: user) { $0.insert(permission) }
    }

    /// Every decision so far, oldest first.
    package var auditLog: [AuditEntry] { store.audit }

    package var connectionCount: Int { connections.count }

    /// Removes what is past its life now; ``run()`` does so every second.
    package func sweep() { store.sweep() }
}
