package import Access
import Synchronization

/// Passes all calls on to Teleport, notes those about one request, and lets a test act right before a write to the record, and between
/// the reads of a request and its record.
package final class ObservedTeleport: AccessService {
    package enum Read: Sendable { case beforeRequest, afterRecord }
    package typealias OnRead = @Sendable (Read) async -> Void
    /// Called with the fields that are to be set.
    package typealias BeforeWrite = @Sendable ([String: String]) async -> Void

    private let teleport: any AccessService
    private let report: Mutex<AccessRequest?>
    private let onRead: OnRead?
    private let beforeWrite: BeforeWrite
    private let log = Mutex<[String]>([])

    /// - Parameter report: a request that the watch has just reported.
    package init(
        _ teleport: any AccessService, report: AccessRequest? = nil, beforeWrite: @escaping BeforeWrite = { _ in },
        onRead: OnRead? = nil
    ) {
        self.onRead = onRead
        self.teleport = teleport
        self.report = Mutex(report)
        self.beforeWrite = beforeWrite
    }

    /// The calls so far: `request`, `record` and `write`.
    package var calls: [String] { log.withLock { $0 } }
    package var clusterName: String? { teleport.clusterName }
    package var webAddress: String? { teleport.webAddress }

    package func reported(_ id: RequestID) -> AccessRequest? { report.withLock { $0.take() } }

    package func request(_ id: RequestID) async throws(TeleportError) -> AccessRequest? {
        log.withLock { $0.append("request") }
        await onRead?(.beforeRequest)
        return try await teleport.request(id)
    }

    package func requests() async throws(TeleportError) -> [AccessRequest] { try await teleport.requests() }
    package func allPluginData() async throws(TeleportError) -> [RequestID: [String: String]]? {
        try await teleport.allPluginData()
    }
    package func showsAllRequests() async throws(TeleportError) -> Bool { try await teleport.showsAllRequests() }

    package func pluginData(of id: RequestID) async throws(TeleportError) -> [String: String] {
        log.withLock { $0.append("record") }
        let data = try await teleport.pluginData(of: id)
        await onRead?(.afterRecord)
        return data
    }

    package func updatePluginData(
        of id: RequestID, setting: [String: String], expecting: [String: String]
    ) async throws(TeleportError) {
        log.withLock { $0.append("write") }
        await beforeWrite(setting)
        try await teleport.updatePluginData(of: id, setting: setting, expecting: expecting)
    }

    package func decide(
        _ decision: Decision, on id: RequestID, delegator: String, reason: String
    ) async throws(TeleportError) {
        try await teleport.decide(decision, on: id, delegator: delegator, reason: reason)
    }

    package func review(
        _ decision: Decision, of id: RequestID, as author: String?, reason: String
    ) async throws(TeleportError) -> AccessRequest {
        try await teleport.review(decision, of: id, as: author, reason: reason)
    }
}
