import Access
import Base
import Posts

/// Teleport's state: requests, what plugins store with them, and what was decided by whom. All replicas and people share it.
final class SimulatedTeleport: @unchecked Sendable {
    /// A state that a request had, from a moment on. `nil` means that the server does not have the request any more.
    struct Version {
        var since: Duration
        var request: AccessRequest?
    }

    private(set) var versions: [RequestID: [Version]] = [:]
    private(set) var data: [RequestID: [String: String]] = [:]
    private(set) var order: [RequestID] = []
    unowned let world: World

    /// How far reads of requests lag behind writes, as those of a cache.
    var lag = Duration.zero
    /// The permissions of the plugin's role. Without `list` the list is silently empty.
    var showsRequests = true
    var mayWrite = true
    /// Whether decisions and reviews need MFA, which the plugin's identity does not have.
    var demandsMFA = false
    /// Whether plugin data can be listed.
    var listsPluginData = true

    private static let shortestEnd = Duration.seconds(30)

    init(_ world: World) { self.world = world }

    private var now: Duration { world.scheduler.now }

    // MARK: - What is true

    func request(_ id: RequestID) -> AccessRequest? { versions[id]?.last?.request }

    /// The request as it was made.
    func made(_ id: RequestID) -> AccessRequest? { versions[id]?.first?.request }

    /// When the request was decided for the first time.
    func decided(_ id: RequestID) -> Duration? {
        versions[id]?.first { $0.request.map { $0.state != .pending } ?? false }?.since
    }

    func pluginData(of id: RequestID) -> [String: String] { data[id] ?? [:] }

    /// What a read sees now.
    private func seen(_ id: RequestID) -> AccessRequest? {
        guard showsRequests else { return nil }
        return versions[id]?.last { $0.since <= now - lag }?.request
    }

    /// Whether the request is, or ever was, in this state.
    func wasEver(_ id: RequestID, _ state: String) -> Bool {
        versions[id]?.contains { $0.request?.state.name == state } == true
    }

    // MARK: - What people and time do

    func create(_ request: AccessRequest, lifetime: Duration, dataLifetime: Duration) {
        versions[request.id] = [Version(since: now, request: request)]
        order.append(request.id)
        world.changed(request.id, .exists)
        world.scheduler.after(lifetime) { [self] in expire(request.id) }
        world.scheduler.after(dataLifetime) { [self] in data[request.id] = nil }
    }

    /// Removes a request whose time is over. One that ends within moments of its decision is left a little longer, because then
    /// nobody can know any more how it was decided: docs/reliability.md names this window.
    private func expire(_ id: RequestID) {
        guard let last = versions[id]?.last, last.request != nil else { return }
        guard now - last.since > Self.shortestEnd else {
            return world.scheduler.after(Self.shortestEnd) { [self] in expire(id) }
        }
        if let request = last.request { world.oracle.lapsed(request) }
        versions[id]?.append(Version(since: now, request: nil))
        world.trace.add("teleport", "\(id) is gone")
        world.changed(id, .deleted)
    }

    /// Changes a request that the server has.
    func change(_ id: RequestID, _ change: (inout AccessRequest) -> Void) {
        guard var request = request(id) else { return }
        change(&request)
        versions[id]?.append(Version(since: now, request: request))
        world.trace.add("teleport", "\(id) is \(request.state.name)")
        world.changed(id, request.state == .pending ? .exists : .resolved(request.state))
    }

    func delete(_ id: RequestID) {
        guard request(id) != nil else { return }
        versions[id]?.append(Version(since: now, request: nil))
        world.trace.add("teleport", "\(id) was deleted")
        world.changed(id, .deleted)
    }

    // MARK: - What calls do

    func read(_ id: RequestID) -> AccessRequest? { seen(id) }

    func list() -> [AccessRequest] { order.compactMap(seen) }

    func listPluginData() -> [RequestID: [String: String]]? { listsPluginData ? data : nil }

    func update(
        _ id: RequestID, setting: [String: String], expecting: [String: String], by replica: String
    ) -> Result<Void, TeleportError> {
        guard mayWrite else { return .failure(Self.denied) }
        guard request(id) != nil || data[id] != nil else { return .failure(TeleportError(.notFound, "not found")) }
        let before = data[id] ?? [:]
        var fields = before
        let expecting = Sabotage.isActive(.noExpectation) ? [:] : expecting
        guard expecting.allSatisfy({ fields[$0.key] ?? "" == $0.value }) else {
            return .failure(TeleportError(.conflict, "the values were not as expected"))
        }
        fields.merge(setting) { $1 }
        fields = fields.filter { !$0.value.isEmpty }
        data[id] = fields
        world.oracle.recorded(PluginRecord(before), PluginRecord(fields), of: id, by: replica)
        if setting[PluginRecord.Key.claim]?.isEmpty == false { Faults(world).claimed(by: replica) }
        return .success(())
    }

    func decide(
        _ decision: Decision, on id: RequestID, delegator: String, reason: String, by replica: String
    ) -> Result<Void, TeleportError> {
        guard mayWrite else { return .failure(Self.denied) }
        guard !demandsMFA else { return .failure(Self.needsMFA) }
        guard let before = request(id) else { return .failure(TeleportError(.notFound, "not found")) }
        guard before.state != .denied else { return .failure(TeleportError(.refused, "the request is denied")) }
        world.oracle.decided(decision, on: before, delegator: delegator, by: replica)
        change(id) { ($0.state, $0.resolveReason) = (decision.state, reason) }
        return .success(())
    }

    static let denied = TeleportError(.permissionDenied, "access denied")
    static let needsMFA = TeleportError(.permissionDenied, "MFA is required", reason: .needsMFA)
}
