/// A post of the bot's, as found in a channel: what its `props.teleport` says that it shows.
package struct PostedCard: Equatable, Sendable {
    package var reference: PostReference
    package var requestID: RequestID?
    /// The shown status, as ``Card/Status/name``; nil for a post without one.
    package var status: String?
    /// The Teleport cluster that the request is of; nil on posts of the original plugin.
    package var cluster: String?
    /// By Mattermost's clock, of which two nodes may have two.
    package var created: Timestamp?
    /// Whether any attachment has an action. An open post of the original plugin, which tells no status, has some.
    package var hasButtons: Bool

    package init(
        reference: PostReference, requestID: RequestID?, status: String?, cluster: String? = nil, created: Timestamp? = nil,
        hasButtons: Bool = false
    ) {
        self.reference = reference
        self.requestID = requestID
        self.status = status
        self.cluster = cluster
        self.created = created
        self.hasButtons = hasButtons
    }
}
