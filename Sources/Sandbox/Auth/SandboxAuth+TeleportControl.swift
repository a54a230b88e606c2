extension SandboxAuth: TeleportControl {
    package var bell: ChangeBell { store.bell }

    package var watchers: Int { store.watcherCount }

    package func requests() -> [TeleportView] {
        let decided = Dictionary(store.audit.map { ($0.requestID, $0.delegator) }, uniquingKeysWith: { $1 })
        return store.requests().sorted { ($0.created, $0.id) < ($1.created, $1.id) }.map { request in
            TeleportView(
                id: request.id, user: request.user, roles: request.roles, reason: request.reason,
                state: request.state.name, resolveReason: request.resolveReason, delegator: decided[request.id] ?? "",
                createdAt: request.created.milliseconds)
        }
    }

    package func makeRequest(user: String, roles: [String], reason: String) -> String {
        createRequest(user: user, roles: roles, reason: reason)
    }

    package func resolve(_ id: String, approved: Bool, reason: String) throws(SandboxError) {
        do {
            try resolve(id, approved ? .approved : .denied, reason: reason)
        } catch {
            throw SandboxError(error.message)
        }
    }

    /// Removes a request, as `tctl requests rm` does. Without effect when the request does not exist.
    package func delete(_ id: String) { store.delete(id) }
}
