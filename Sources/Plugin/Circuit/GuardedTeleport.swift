import Access

/// Teleport behind its circuit.
struct GuardedTeleport: AccessService {
    let teleport: any AccessService
    let breaker: Breaker<TeleportError>
    /// Calls the server whatever the circuit says: a person waits.
    var isProbe: Bool

    var clusterName: String? { teleport.clusterName }
    var webAddress: String? { teleport.webAddress }

    func request(_ id: RequestID) async throws(TeleportError) -> AccessRequest? {
        try await run { teleport throws(TeleportError) in try await teleport.request(id) }
    }

    func named(_ request: AccessRequest) async -> Subject { await teleport.named(request) }

    func requests() async throws(TeleportError) -> [AccessRequest] {
        try await run { teleport throws(TeleportError) in try await teleport.requests() }
    }

    func showsAllRequests() async throws(TeleportError) -> Bool {
        try await run { teleport throws(TeleportError) in try await teleport.showsAllRequests() }
    }

    func pluginData(of id: RequestID) async throws(TeleportError) -> [String: String] {
        try await run { teleport throws(TeleportError) in try await teleport.pluginData(of: id) }
    }

    func allPluginData() async throws(TeleportError) -> [RequestID: [String: String]]? {
        try await run { teleport throws(TeleportError) in try await teleport.allPluginData() }
    }

    func updatePluginData(
        of id: RequestID, setting: [String: String], expecting: [String: String]
    ) async throws(TeleportError) {
        try await run { teleport throws(TeleportError) in
            try await teleport.updatePluginData(of: id, setting: setting, expecting: expecting)
        }
    }

    func decide(
        _ decision: Decision, on id: RequestID, delegator: String, reason: String
    ) async throws(TeleportError) {
        try await run { teleport throws(TeleportError) in
            try await teleport.decide(decision, on: id, delegator: delegator, reason: reason)
        }
    }

    func review(
        _ decision: Decision, of id: RequestID, as author: String?, reason: String
    ) async throws(TeleportError) -> AccessRequest {
        try await run { teleport throws(TeleportError) in
            try await teleport.review(decision, of: id, as: author, reason: reason)
        }
    }

    private func run<Value>(
        _ body: (any AccessService) async throws(TeleportError) -> Value
    ) async throws(TeleportError) -> Value {
        try await breaker.run(isProbe: isProbe) { () throws(TeleportError) in try await body(teleport) }
    }
}
