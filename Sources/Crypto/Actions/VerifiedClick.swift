package import Access

/// A click whose signature is valid. Either this plugin signed its context for this channel, or the original plugin signed it
/// for any channel. The context may have expired; the decision then tells the person so.
package struct VerifiedClick: Sendable {
    package let action: VerifiedAction
    /// The id of the user as the body names it. It is not verified: only ``triggerID`` proves it.
    package let userID: String
    package let userName: String
    package let channelID: String
    package let postID: String
    /// The id of the team; nil in a direct-message channel.
    package let teamID: String?
    package let triggerID: Secret<String>
    /// The address from which the click came, for the audit.
    package let remoteAddress: String

    package init(
        action: VerifiedAction, userID: String, userName: String, channelID: String, postID: String, teamID: String?,
        triggerID: Secret<String>, remoteAddress: String
    ) {
        self.action = action
        self.userID = userID
        self.userName = userName
        self.channelID = channelID
        self.postID = postID
        self.teamID = teamID
        self.triggerID = triggerID
        self.remoteAddress = remoteAddress
    }
}
