import Access

/// Teleport, as one replica reaches it.
struct TeleportWire: AccessService {
    let wire: Wire<TeleportError>
    /// The fields of the record that the replica's version does not know: it neither reads nor writes them.
    var unknownFields: Set<String> = []
    /// The time by the replica's clock.
    let now: @Sendable () -> Timestamp

    var clusterName: String? { World.cluster }
    var webAddress: String? { "teleport.example.com" }

    /// What the watch has just shown.
    let reports = Reports()

    final class Reports: @unchecked Sendable {
        var requests = ReportedRequests()
    }

    func reported(_ id: RequestID) -> AccessRequest? {
        reports.requests.take(id, at: wire.world.scheduler.now, time: now())
    }

    private var server: SimulatedTeleport { wire.world.teleport }

    private func call<Answer: Sendable>(
        _ call: ServerCall, _ name: @autoclosure () -> String,
        _ effect: @escaping (SimulatedTeleport) -> Result<Answer, TeleportError>
    ) async throws(TeleportError) -> Answer {
        try await wire.call(call, name()) { [server] in effect(server) }
    }

    func request(_ id: RequestID) async throws(TeleportError) -> AccessRequest? {
        try await call(.read(.requests), "request \(id)") { .success($0.read(id)) }
    }

    func requests() async throws(TeleportError) -> [AccessRequest] {
        try await call(.read(.requests), "requests") { .success($0.list()) }
    }

    func showsAllRequests() async throws(TeleportError) -> Bool {
        try await call(.read(.role), "shows all") { .success($0.showsRequests) }
    }

    func pluginData(of id: RequestID) async throws(TeleportError) -> [String: String] {
        try await call(.read(.pluginData), "plugin data \(id)") { [unknownFields] in
            .success(Self.without(unknownFields, $0.pluginData(of: id)))
        }
    }

    func allPluginData() async throws(TeleportError) -> [RequestID: [String: String]]? {
        try await call(.read(.allPluginData), "all plugin data") { [unknownFields] in
            .success($0.listPluginData()?.mapValues { Self.without(unknownFields, $0) })
        }
    }

    func updatePluginData(
        of id: RequestID, setting: [String: String], expecting: [String: String]
    ) async throws(TeleportError) {
        let setting = Self.without(unknownFields, setting)
        let expecting = Self.without(unknownFields, expecting)
        let replica = wire.machine.name
        try await call(
            .updatePluginData(setting: setting), "update \(id) \(Self.text(setting)) expecting \(Self.text(expecting))"
        ) { $0.update(id, setting: setting, expecting: expecting, by: replica) }
    }

    func decide(
        _ decision: Decision, on id: RequestID, delegator: String, reason: String
    ) async throws(TeleportError) {
        let replica = wire.machine.name
        wire.world.oracle.begins(.deciding, about: id, by: wire.machine)
        try await call(.decide, "\(decision) \(id) for \(delegator)") {
            $0.decide(decision, on: id, delegator: delegator, reason: reason, by: replica)
        }
    }

    func review(
        _ decision: Decision, of id: RequestID, as author: String?, reason: String
    ) async throws(TeleportError) -> AccessRequest {
        let replica = wire.machine.name
        wire.world.oracle.begins(.deciding, about: id, by: wire.machine)
        return try await call(.review, "review \(decision) of \(id) as \(author ?? "the plugin")") {
            $0.review(decision, of: id, as: author, reason: reason, by: replica)
        }
    }

    private static func without(_ keys: Set<String>, _ fields: [String: String]) -> [String: String] {
        keys.isEmpty ? fields : fields.filter { !keys.contains($0.key) }
    }

    private static func text(_ fields: [String: String]) -> String {
        fields.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
    }
}
