/// Teleport, as the reconciler and the approvals see it. Every call is bounded in time and throws ``TeleportError``.
package protocol AccessService: UserDirectory {
    /// The cluster's name, as the last successful Ping told it; nil before the first one.
    var clusterName: String? { get }

    /// The address of Teleport's web UI, as `host` or `host:port`; nil if it is not known, or has no page of requests.
    var webAddress: String? { get }

    /// Returns the request; nil if the server does not have it, does not have it any more, or does not show it to the plugin's
    /// role.
    func request(_ id: RequestID) async throws(TeleportError) -> AccessRequest?

    /// Returns a pending request that the watch has just reported for the first time, as it was then; nil otherwise, and if it
    /// was asked for before. It says nothing of what other replicas have done, see ``ReportedRequests``.
    func reported(_ id: RequestID) -> AccessRequest?

    /// Returns the request as a card shows it, with the names of resources and logins that the plugin's role may read. It never
    /// fails: what cannot be looked up in time is shown by its id, or left out.
    func named(_ request: AccessRequest) async -> Subject

    /// Returns all requests in every state. The list may be silently empty if the role lacks `list`, so it does not prove that
    /// there are no requests.
    func requests() async throws(TeleportError) -> [AccessRequest]

    /// Returns whether the server shows the plugin's role every request there is, so that a request which is not shown does not
    /// exist. False if that cannot be told.
    func showsAllRequests() async throws(TeleportError) -> Bool

    /// Returns what this plugin has stored with the request; empty if that is nothing. The data can be read for a while after
    /// the request is gone.
    func pluginData(of id: RequestID) async throws(TeleportError) -> [String: String]

    /// Returns what this plugin has stored with all requests, including removed ones for as long as the server keeps their
    /// data. Nil if the server gives no such list. Call it before ``requests()``: a request that is missing there did exist
    /// before.
    func allPluginData() async throws(TeleportError) -> [RequestID: [String: String]]?

    /// Changes what this plugin has stored with the request, by compare-and-swap. Every key of `expecting` must have its value
    /// there, or be absent if the value is empty. Otherwise nothing changes, and the call throws
    /// ``TeleportError/Code/conflict``. An empty value in `setting` deletes its key.
    func updatePluginData(
        of id: RequestID, setting: [String: String], expecting: [String: String]
    ) async throws(TeleportError)

    /// Approves or denies the request. The server does **not** keep the first of two decisions: the later one overwrites it.
    /// Claim the decision first: see ``DecisionClaim``.
    ///
    /// - Parameter delegator: the person who decided, for Teleport's audit log.
    func decide(
        _ decision: Decision, on id: RequestID, delegator: String, reason: String
    ) async throws(TeleportError)

    /// Adds a review and returns the request as it is then, which may still be pending. Not every server takes reviews: see
    /// ``ReviewRefusal``.
    ///
    /// - Parameter author: the Teleport user on whose behalf the review is made; nil for the plugin's own user.
    func review(
        _ decision: Decision, of id: RequestID, as author: String?, reason: String
    ) async throws(TeleportError) -> AccessRequest
}

extension AccessService {
    package func allPluginData() async throws(TeleportError) -> [RequestID: [String: String]]? { nil }

    package func reported(_ id: RequestID) -> AccessRequest? { nil }

    package func named(_ request: AccessRequest) async -> Subject { Subject(request) }
}
