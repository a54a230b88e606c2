/// Teleport, as the reconciler and the approvals see it. Every call is bounded in time and throws ``TeleportError``.
package protocol AccessService: Sendable {
    /// The cluster's name, as the last successful Ping told it.
    var clusterName: String? { get }

    /// Where people reach Teleport's web UI, `host` or `host:port`, as far as it is known.
    var webAddress: String? { get }

    /// Nil when the server does not have the request (any more), or does not show it.
    func request(_ id: RequestID) async throws(TeleportError) -> AccessRequest?

    /// The request as a card says it, resources and logins by the names that this role may read. Never fails: what is not told
    /// in time is said by its id, or not at all.
    func named(_ request: AccessRequest) async -> Subject

    /// All requests in every state. May be silently empty where the role lacks `list`: no proof that there are none.
    func requests() async throws(TeleportError) -> [AccessRequest]

    /// Whether this role is shown every request there is, so that one which is not shown is not there. False where that
    /// cannot be told.
    func showsAllRequests() async throws(TeleportError) -> Bool

    /// What this plugin has stored with the request; empty when nothing. Readable for a while after the request is gone.
    func pluginData(of id: RequestID) async throws(TeleportError) -> [String: String]

    /// What this plugin has stored with all requests, removed ones included for as long as the server keeps it. Nil if the
    /// server gives no such list. Read it before ``requests()``: then a request that is missing there was there before.
    func allPluginData() async throws(TeleportError) -> [RequestID: [String: String]]?

    /// Compare-and-swap: every key of `expecting` must hold its value (empty: be absent), or ``TeleportError/Code/conflict``.
    /// An empty value in `setting` deletes its key.
    func updatePluginData(
        of id: RequestID, setting: [String: String], expecting: [String: String]
    ) async throws(TeleportError)

    /// Approves or denies. **Not** first come, first served: it overwrites, so claim the decision before.
    func decide(
        _ decision: Decision, on id: RequestID, delegator: String, reason: String
    ) async throws(TeleportError)

    /// Adds a review, and returns the request as it is then: perhaps still pending. Not every server takes reviews:
    /// see ``ReviewRefusal``.
    ///
    /// - Parameter author: a Teleport user on whose behalf it is; nil: this plugin's own.
    func review(
        _ decision: Decision, of id: RequestID, as author: String?, reason: String
    ) async throws(TeleportError) -> AccessRequest
}

extension AccessService {
    package func allPluginData() async throws(TeleportError) -> [RequestID: [String: String]]? { nil }

    package func named(_ request: AccessRequest) async -> Subject { Subject(request) }
}
