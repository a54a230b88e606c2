package import Access

/// A click whose context this plugin signed for this channel, or the original plugin for any. It may have expired: a person
/// gets words about that.
package struct VerifiedClick: Sendable {
    package let action: VerifiedAction
    /// As the body says; only ``triggerID`` proves it.
    package let userID: String
    package let userName: String
    package let channelID: String
    package let postID: String
    /// Nil in a direct-message channel.
    package let teamID: String?
    package let triggerID: Secret<String>
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
