/// Mattermost, as the reconciler and the approvals see it. Every call is bounded in time and throws ``MattermostError``.
package protocol ChatService: Sendable {
    /// Returns the bot account that the token belongs to.
    func me() async throws(MattermostError) -> ChatUser

    /// Returns the public key with which the server proves who clicked, as DER in base64; nil if the server offers none.
    func clickerKey() async throws(MattermostError) -> String?

    /// Returns the account with this id.
    func user(_ id: String) async throws(MattermostError) -> ChatUser

    /// Returns the account with this user name, which is given without the `@`.
    func user(named username: String) async throws(MattermostError) -> ChatUser

    /// Returns whether the account is a member of the channel. The server refuses to answer if the bot is not in the channel.
    func isMember(_ userID: String, of channelID: String) async throws(MattermostError) -> Bool

    /// Shows the dialog to the person whose click had the trigger id. The server takes the id for 3 s after the click.
    func open(_ dialog: ReasonDialog, triggerID: Secret<String>) async throws(MattermostError)

    /// Returns the account with this e-mail address. If there is none, the error tells whether the account does not exist or
    /// its address is hidden.
    func user(emailed address: String) async throws(MattermostError) -> ChatUser

    /// Returns the channel with these names, which both are URL slugs: `town-square`, never `Town Square`.
    func channel(team: String, channel: String) async throws(MattermostError) -> ChannelInfo

    /// Returns the teams that the account is in. The server may refuse this for any account but the bot's own.
    func teams(of userID: String) async throws(MattermostError) -> [TeamInfo]

    /// Returns the channels of a team that the account is in, including private ones, and all of its direct-message channels.
    func channels(of userID: String, inTeam teamID: String) async throws(MattermostError) -> [ChannelInfo]

    /// Returns the id of the direct-message channel of the two accounts, which is made if there is none yet.
    func directChannelID(of botID: String, with userID: String) async throws(MattermostError) -> String

    /// Creates a post. A second call with the same `pendingPostID` within about 30 s returns the first post again, so a retry
    /// does not double it.
    func createPost(_ card: Card, in channelID: String, pendingPostID: String) async throws(MattermostError) -> PostReference

    /// Adds a reply to the post's thread. `pendingPostID` has the same effect as for a post.
    func reply(_ reply: ThreadReply, to post: PostReference, pendingPostID: String) async throws(MattermostError)

    /// Returns the bot's own replies in the post's thread that have a name, oldest first; nil if the post was deleted.
    func replies(to post: PostReference, by botID: String) async throws(MattermostError) -> [PostedReply]?

    /// Posts a message that is about no request. `pendingPostID` has the same effect as for a post.
    func send(_ text: String, in channelID: String, pendingPostID: String) async throws(MattermostError)

    /// Replaces what the post shows. The server refuses this if the bot is not in the channel.
    func updatePost(_ post: PostReference, to card: Card) async throws(MattermostError)

    /// Removes one of the bot's own posts. It is no error if the post is gone already.
    func deletePost(_ post: PostReference) async throws(MattermostError)

    /// Returns what the post shows of a request; nil if it was deleted. A post that was made a moment ago may seem deleted,
    /// because the servers of a cluster read from a replica of the database that lags.
    func post(_ post: PostReference) async throws(MattermostError) -> PostedCard?

    /// Returns one page of the channel's posts, which begins with the newest post if the cursor is nil. Pages overlap, so a
    /// card may come twice.
    func cards(in channelID: String, by botID: String, from cursor: PageCursor?) async throws(MattermostError) -> CardPage
}

extension ChatService {
    package func send(_ text: String, in channelID: String, pendingPostID: String) async throws(MattermostError) {
        throw MattermostError(.malformed, "Mattermost POST /posts: messages are not supported here.", isDefinite: true)
    }
}

/// An account of Mattermost's.
package struct ChatUser: Equatable, Sendable {
    package var id: String
    package var username: String
    /// The account's e-mail address; empty if the server hides addresses.
    package var email: String
    package var isBot: Bool
    package var isGuest: Bool
    /// Whether an administrator has deactivated the account.
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

/// The place of a post, written as `channel/post`, as it is in the plugin data of every version.
package struct PostReference: Hashable, Sendable, CustomStringConvertible {
    package var channelID: String
    package var postID: String

    package init(channelID: String, postID: String) {
        self.channelID = channelID
        self.postID = postID
    }

    /// Creates a reference from a channel's and a post's id; nil for texts that cannot be ids. Anybody who may update plugin
    /// data can write anything there, and an id with a comma or an equals sign could not be written to a record and read back.
    package init?(checked channelID: some StringProtocol, _ postID: some StringProtocol) {
        guard MattermostName.isID(channelID), MattermostName.isID(postID) else { return nil }
        self.init(channelID: String(channelID), postID: String(postID))
    }

    /// Parses `channel/post`; nil for any other text.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        self.init(checked: parts[0], parts[1])
    }

    package var description: String { "\(channelID)/\(postID)" }
}
