import Synchronization

/// The state of the auth service, which outlives restarts. A change and its event are made in one step, so that every watcher
/// sees the events in the order of the changes.
final class AuthStore: Sendable {
    private struct Watcher: Sendable {
        var queue: WatchQueue
        var lag: @Sendable () -> Duration
    }

    private struct State: Sendable {
        var requests = RequestTable()
        var pluginData = PluginDataTable()
        var rules = PluginDataRules()
        /// The permissions by user.
        var permissions: [String: Set<AuthPermission>]
        var audit: [AuditEntry] = []
        /// The access monitoring rules, by name.
        var monitoringRules: [String: AuthRule] = [:]
        var watchers: [Int: Watcher] = [:]
        var nextWatcher = 0
    }

    private let state: Mutex<State>
    private let now: @Sendable () -> WallTime
    /// Rings after every change of a request, of plugin data or of the number of watchers.
    let bell = ChangeBell()

    init(permissions: [String: Set<AuthPermission>], now: @escaping @Sendable () -> WallTime) {
        state = Mutex(State(permissions: permissions))
        self.now = now
    }

    func create(
        id: String, user: String, roles: [String], reason: String, pendingTTL: Duration, accessTTL: Duration,
        suggestedReviewers: [String] = [], thresholds: [AuthThreshold] = [AuthThreshold()],
        adjust: (inout AuthRequest) -> Void = { _ in }
    ) -> AuthRequest {
        state.withLock { state in
            let created = now()
            var request = AuthRequest(
                id: id, user: user, roles: roles, reason: reason, suggestedReviewers: suggestedReviewers, created: created,
                accessExpires: created + accessTTL, expires: created + min(pendingTTL, accessTTL), written: now())
            request.thresholds = thresholds
            adjust(&request)
            state.requests.insert(request)
            publish(.put(request), in: &state)
            return request
        }
    }

    /// Sets the state, sends the event and writes the audit log. Only the audit log stores the delegator.
    func setState(
        of id: String, to new: AuthRequest.State, reason: String, roles: [String] = [], delegator: String, caller: String
    ) throws(AuthRefusal) {
        try state.withLock { state throws(AuthRefusal) in
            let time = now()
            let request = try state.requests.setState(of: id, to: new, reason: reason, roles: roles, at: time)
            state.audit.append(
                AuditEntry(
                    requestID: id, state: new, delegator: delegator, reason: reason, caller: caller, time: time))
            publish(.put(request), in: &state)
        }
    }

    /// Adds a review. If it resolves the request, the audit log has the decision, with the author's name.
    ///
    /// - Parameter asNewest: whether the newest server's rules apply.
    func review(
        _ id: String, by author: String, submittedBy: String = "", state: AuthRequest.State, reason: String,
        created: AuthTime? = nil, asNewest: Bool = false
    ) throws(AuthRefusal) -> AuthRequest {
        try self.state.withLock { table throws(AuthRefusal) in
            let time = now()
            let was = table.requests.request(id, at: time)?.state
            let review = AuthReview(
                author: author, submittedBy: submittedBy, state: state, reason: reason, created: created ?? .at(time))
            let request = try table.requests.review(id, review, at: time, asNewest: asNewest)
            if request.state != was {
                table.audit.append(
                    AuditEntry(
                        requestID: id, state: request.state, delegator: "", reason: request.resolveReason, caller: author,
                        time: time))
            }
            publish(.put(request), in: &table)
            return request
        }
    }

    func delete(_ id: String) {
        state.withLock { state in
            if state.requests.remove(id) { isGone(id, &state) }
        }
    }

    /// Removes everything that has expired. Teleport's store does this about once a second.
    func sweep() {
        state.withLock { state in
            let time = now()
            for id in state.requests.removeExpired(at: time) { isGone(id, &state) }
            state.pluginData.removeExpired(at: time)
        }
    }

    private func isGone(_ id: String, _ state: inout State) {
        if state.rules.goesWithRequest { state.pluginData.remove(id) }
        publish(.delete(id), in: &state)
    }

    func request(_ id: String) -> AuthRequest? {
        state.withLock { $0.requests.request(id, at: now()) }
    }

    func requests() -> [AuthRequest] {
        state.withLock { $0.requests.all(at: now()) }
    }

    func update(_ update: PluginDataTable.Update) throws(AuthRefusal) {
        try state.withLock { state throws(AuthRefusal) in
            let time = now()
            let request = state.requests.request(update.requestID, at: time)
            try state.pluginData.apply(update, request: request, rules: state.rules, at: time)
            bell.ring()
        }
    }

    func pluginData(of id: String) -> PluginDataTable.Record? {
        state.withLock { $0.pluginData.record(of: id, at: now()) }
    }

    func pluginData() -> [PluginDataTable.Record] {
        state.withLock { $0.pluginData.all(at: now()) }
    }

    /// Removes the plugin data of a request, as when it expires.
    func expirePluginData(of id: String) {
        state.withLock { $0.pluginData.remove(id) }
        bell.ring()
    }

    var pluginDataRules: PluginDataRules {
        get { state.withLock { $0.rules } }
        set { state.withLock { $0.rules = newValue } }
    }

    /// Returns the user's permissions, or nil for an unknown user.
    func permissions(of user: String) -> Set<AuthPermission>? { state.withLock { $0.permissions[user] } }

    func setPermissions(of user: String, _ change: (inout Set<AuthPermission>) -> Void) {
        state.withLock { change(&$0.permissions[user, default: []]) }
    }

    var audit: [AuditEntry] { state.withLock { $0.audit } }
}

// MARK: - Watching

extension AuthStore {
    /// Adds a watcher. It gets every change after this call, and none before it.
    func watch(_ queue: WatchQueue, lag: @escaping @Sendable () -> Duration = { .zero }) -> Int {
        state.withLock { state in
            state.nextWatcher += 1
            state.watchers[state.nextWatcher] = Watcher(queue: queue, lag: lag)
            bell.ring()
            return state.nextWatcher
        }
    }

    func unwatch(_ watcher: Int) {
        state.withLock { _ = $0.watchers.removeValue(forKey: watcher) }
        bell.ring()
    }

    /// The number of watches on access requests.
    var watcherCount: Int {
        state.withLock { $0.watchers.values.count { $0.queue.kinds.contains("access_request") } }
    }

    /// The number of watches on access monitoring rules.
    var ruleWatcherCount: Int {
        state.withLock { $0.watchers.values.count { $0.queue.kinds.contains("access_monitoring_rule") } }
    }

    /// Ends all watches, with an error unless it is nil.
    func endWatches(throwing error: (any Error)?) {
        let watchers = state.withLock { state in
            defer { state.watchers = [:] }
            return state.watchers
        }
        for watcher in watchers.values { watcher.queue.continuation.finish(throwing: error) }
        bell.ring()
    }

    /// Adds an event to all queues. It is called with the lock held, so that events have the order of the changes. That is safe
    /// because nothing below calls back into other code.
    private func publish(_ event: AuthEvent, in state: inout State) {
        let item = WatchQueue.Item(event: event, since: .now)
        for (key, watcher) in state.watchers where watcher.queue.wants(event) {
            if !watcher.queue.add(item, lag: watcher.lag()) { state.watchers[key] = nil }
        }
        bell.ring()
    }
}

// MARK: - Access monitoring rules

extension AuthStore {
    /// All rules, in the order of their names.
    var monitoringRules: [AuthRule] { state.withLock { $0.monitoringRules.values.sorted { $0.name < $1.name } } }

    func setRule(_ rule: AuthRule) {
        state.withLock { state in
            state.monitoringRules[rule.name] = rule
            publish(.putRule(rule), in: &state)
        }
    }

    func deleteRule(_ name: String) {
        state.withLock { state in
            if state.monitoringRules.removeValue(forKey: name) != nil { publish(.deleteRule(name), in: &state) }
        }
    }
}
