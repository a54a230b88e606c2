/// A post of the bot's that was found in a channel. Its `props.teleport` tells which request it shows, and how.
package struct PostedCard: Equatable, Sendable {
    package var reference: PostReference
    package var requestID: RequestID?
    /// The status that the post shows, as ``Card/Status/name``; nil for a post that names none.
    package var status: String?
    /// The Teleport cluster that the request is of; nil on posts of the original plugin.
    package var cluster: String?
    /// The time at which the post was made, by the clock of the Mattermost node that made it. The clocks of two nodes may
    /// differ.
    package var created: Timestamp?
    /// Whether any attachment has a button. Posts of the original plugin name no status, so this tells whether they are open.
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
