/// The access requests, by the rules of Teleport's `services/local/dynamic_access.go`. Callers pass the time in.
struct RequestTable: Sendable {
    private var requests: [String: AuthRequest] = [:]

    mutating func insert(_ request: AuthRequest) {
        requests[request.id] = request
    }

    /// Returns the request, or nil when there is none. As in Teleport's store, the result is nil also for an expired request
    /// that ``removeExpired(at:)`` has not removed yet.
    func request(_ id: String, at now: WallTime) -> AuthRequest? {
        requests[id].flatMap { $0.expires > now ? $0 : nil }
    }

    /// All requests in the order of their ids, which is the order of the keys in Teleport's store.
    func all(at now: WallTime) -> [AuthRequest] {
        requests.values.filter { $0.expires > now }.sorted { $0.id < $1.id }
    }

    mutating func remove(_ id: String) -> Bool {
        requests.removeValue(forKey: id) != nil
    }

    /// Removes expired requests. Returns their ids in the order in which they expired.
    mutating func removeExpired(at now: WallTime) -> [String] {
        let expired = requests.values.filter { $0.expires <= now }.sorted { ($0.expires, $0.id) < ($1.expires, $1.id) }
        for request in expired { requests[request.id] = nil }
        return expired.map(\.id)
    }

    /// Sets the state. A decision may be overwritten by a later one, except that a denial is final. The reason is overwritten
    /// too, even by an empty one.
    mutating func setState(
        of id: String, to state: AuthRequest.State, reason: String, roles: [String], at now: WallTime
    ) throws(AuthRefusal) -> AuthRequest {
        guard var request = request(id, at: now) else {
            throw AuthRefusal(.notFound, "cannot set state of access request \"\(id)\" (not found)")
        }
        guard request.state != .denied || state == .denied else {
            throw AuthRefusal(.badParameter, "cannot set request-state \"\(state.name)\" (already denied)")
        }
        for role in roles where !request.roles.contains(role) {
            throw AuthRefusal(
                .badParameter,
                "role \"\(role)\" not in original request, overrides must be a subset of original role list")
        }
        request.state = state
        request.resolveReason = reason
        if !roles.isEmpty { request.roles = roles }
        if state == .approved { request.expires = request.accessExpires }
        request.written = now
        requests[id] = request
        return request
    }
}
