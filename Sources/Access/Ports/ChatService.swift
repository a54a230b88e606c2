/// Mattermost, as the reconciler and the approvals see it. Every call is bounded in time and throws ``MattermostError``.
package protocol ChatService: Sendable {
    /// The bot that the token belongs to.
    func me() async throws(MattermostError) -> ChatUser

    /// The public key with which the server proves who clicked, DER in base64. Nil if the server offers none.
    func clickerKey() async throws(MattermostError) -> String?

    func user(_ id: String) async throws(MattermostError) -> ChatUser

    /// By user name, without the `@`.
    func user(named username: String) async throws(MattermostError) -> ChatUser

    /// Needs the bot to be in the channel, or it is refused.
    func isMember(_ userID: String, of channelID: String) async throws(MattermostError) -> Bool

    /// Shows the form to the person whose click had the trigger id, at most 3 s after it.
    func open(_ dialog: ReasonDialog, triggerID: Secret<String>) async throws(MattermostError)

    /// Throws an error that tells whether the account does not exist or its address is hidden.
    func user(emailed address: String) async throws(MattermostError) -> ChatUser

    /// Both names are URL slugs: `town-square`, never `Town Square`.
    func channel(team: String, channel: String) async throws(MattermostError) -> ChannelInfo

    /// The teams that the account is in; of another than the bot's own it may be refused.
    func teams(of userID: String) async throws(MattermostError) -> [TeamInfo]

    /// The channels of a team that the account is in, private ones too, and all its direct-message channels.
    func channels(of userID: String, inTeam teamID: String) async throws(MattermostError) -> [ChannelInfo]

    /// The direct-message channel of the two, made where there is none yet.
    func directChannelID(of botID: String, with userID: String) async throws(MattermostError) -> String

    /// Creates a post. The same `pendingPostID` within about 30 s gives the same post again, so a retry does not double it.
    func createPost(_ card: Card, in channelID: String, pendingPostID: String) async throws(MattermostError) -> PostReference

    /// Adds to the post's thread; `pendingPostID` as for a post.
    func reply(_ reply: ThreadReply, to post: PostReference, pendingPostID: String) async throws(MattermostError)

    /// The bot's own replies in the post's thread that have a name, oldest first; nil when the post was deleted.
    func replies(to post: PostReference, by botID: String) async throws(MattermostError) -> [PostedReply]?

    /// Replaces what the post shows. Needs the bot to be in the channel.
    func updatePost(_ post: PostReference, to card: Card) async throws(MattermostError)

    /// Removes one of the bot's own posts; one that is gone already is no error.
    func deletePost(_ post: PostReference) async throws(MattermostError)

    /// What the post shows of a request; nil when it was deleted. One that was made a moment ago may seem deleted: servers of a
    /// cluster read from a replica of the database, which lags.
    func post(_ post: PostReference) async throws(MattermostError) -> PostedCard?

    /// One page of the channel's posts, from the newest with a nil cursor; the pages that follow overlap, so a card may come twice.
    func cards(in channelID: String, by botID: String, from cursor: PageCursor?) async throws(MattermostError) -> CardPage
}

package struct ChatUser: Equatable, Sendable {
    package var id: String
    package var username: String
    /// Empty where the server hides addresses.
    package var email: String
    package var isBot: Bool
    package var isGuest: Bool
    /// Deactivated by an administrator.
    package var isDeleted: Bool

    package init(
        id: String, username: String, email: String, isBot: Bool = false, isGuest: Bool = false, isDeleted: Bool = false
    ) {
        self.id = id
        self.username = username
        self.email = email
        self.isBot = isBot
        self.isGuest = isGuest
        self.isDeleted = isDeleted
    }
}

/// Where a post is: `channel/post`, as the plugin data of every version writes it.
package struct PostReference: Hashable, Sendable, CustomStringConvertible {
    package var channelID: String
    package var postID: String

    package init(channelID: String, postID: String) {
        self.channelID = channelID
        self.postID = postID
    }

    /// Nil for what cannot be ids. Anybody who may update plugin data can write anything there, and an id with a comma or an equals
    /// sign could not be written to a record and read back.
    package init?(checked channelID: some StringProtocol, _ postID: some StringProtocol) {
        guard MattermostName.isID(channelID), MattermostName.isID(postID) else { return nil }
        self.init(channelID: String(channelID), postID: String(postID))
    }

    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        self.init(checked: parts[0], parts[1])
    }

    package var description: String { "\(channelID)/\(postID)" }
}
