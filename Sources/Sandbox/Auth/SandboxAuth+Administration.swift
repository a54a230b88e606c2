import FoundationEssentials

/// The actions that people take with `tsh` and `tctl`, and the state that tests check.
extension SandboxAuth {
    /// Makes a pending request, as `tsh request create` does, and returns its id.
    ///
    /// - Parameters:
    ///   - id: nil for a new UUID.
    ///   - ttl: how long the request may stay pending. On a real server it is at most an hour.
    ///   - accessTTL: how long the requested access lasts, counted from now.
    ///   - kind: the number of the request's kind; 2 for long-term access.
    ///   - resources: the resources that are requested.
    ///   - pluginDataLife: how long data that plugins store with the request lasts; nil for the value in ``pluginDataRules``.
    ///   - rawFields: further fields of the request's spec as bytes, such as a reason that is not UTF-8.
    @discardableResult
    package func createRequest(
        user: String, roles: [String], reason: String = "", id: String? = nil, ttl: Duration = .seconds(3600),
        accessTTL: Duration = .seconds(30 * 3600), suggestedReviewers: [String] = [],
        thresholds: [AuthThreshold] = [AuthThreshold()], maxDuration: AuthTime = .absent, kind: Int = 0,
        resources: [AuthResource] = [], pluginDataLife: Duration? = nil, rawFields: [UInt8] = []
    ) -> String {
        store.create(
            id: id ?? UUID().uuidString.lowercased(), user: user, roles: roles, reason: reason, pendingTTL: ttl,
            accessTTL: accessTTL, suggestedReviewers: suggestedReviewers, thresholds: thresholds
        ) {
            ($0.maxDuration, $0.kind, $0.pluginDataLife, $0.resources) = (maxDuration, kind, pluginDataLife, resources)
            $0.rawFields = rawFields
        }.id
    }

    /// Approves or denies a request, as `tctl request approve` and `tctl request deny` do. The rules are those of a plugin's
    /// call.
    package func resolve(_ id: String, _ state: AuthRequest.State, reason: String = "") throws(AuthRefusal) {
        try store.setState(of: id, to: state, reason: reason, delegator: "", caller: "tctl")
    }

    /// Adds a review by a user with that permission, as `tsh request review` does.
    ///
    /// - Parameter created: nil for the current time.
    package func review(
        _ id: String, by author: String, _ state: AuthRequest.State, reason: String = "", created: AuthTime? = nil
    ) throws(AuthRefusal) {
        _ = try store.review(id, by: author, state: state, reason: reason, created: created)
    }

    package func request(_ id: String) -> AuthRequest? { store.request(id) }

    /// The data that plugins stored with a request, by the plugin's name. It is kept for an hour after the request's access
    /// expiry.
    package func pluginData(_ id: String) -> [String: [String: String]] { store.pluginData(of: id)?.entries ?? [:] }

    /// Stores data like a plugin's call that expects no earlier values.
    package func setPluginData(_ id: String, of plugin: String, _ fields: [String: String]) throws(AuthRefusal) {
        try store.update(.init(requestID: id, plugin: plugin, set: fields, expect: [:]))
    }

    /// The rules by which plugin data is kept and listed. They may be changed at any time.
    package var pluginDataRules: PluginDataRules {
        get { store.pluginDataRules }
        set { store.pluginDataRules = newValue }
    }

    /// Removes the plugin data of a request, as when it expires.
    package func expirePluginData(_ id: String) { store.expirePluginData(of: id) }

    /// Removes a permission from a user's role. Open watches continue.
    package func withdraw(_ permission: AuthPermission, from user: String = "access-plugin-mattermost") {
        store.setPermissions(of: user) { $0.remove(permission) }
    }

    package func grant(_ permission: AuthPermission, to user: String = "access-plugin-mattermost") {
        store.setPermissions(of: user) { $0.insert(permission) }
    }

    /// Makes or changes an access monitoring rule, as `tctl create -f` does.
    package func setRule(_ rule: AuthRule) { store.setRule(rule) }

    /// Deletes an access monitoring rule, as `tctl rm` does.
    package func deleteRule(_ name: String) { store.deleteRule(name) }

    /// The number of open watches on access monitoring rules.
    package var ruleWatchers: Int { store.ruleWatcherCount }

    /// All decisions so far, oldest first.
    package var auditLog: [AuditEntry] { store.audit }

    package var connectionCount: Int { connections.count }

    /// Removes everything that has expired. ``run()`` does this every second.
    package func sweep() { store.sweep() }
}
