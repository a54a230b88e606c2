/// The complete state of the sandbox's Mattermost. It is a plain value: callers pass the time in, and the errors are those that
/// the server answers.
package struct ChatState: Sendable {
    package var accounts: [ChatAccount] = []
    /// The account ids by access token.
    package var tokens: [String: String] = [:]
    package var team: ChatTeam
    package var channels: [ChatChannel] = []
    var table = PostTable()
    /// The posts that are not deleted, in the order of their creation.
    package var posts: [ChatPost] { table.all }
    package internal(set) var ephemerals: [EphemeralPost] = []
    /// The setting `PrivacySettings.ShowEmailAddress`.
    package var showsEmail = true
    /// Permissions that the role of all channel members lacks, including the bot.
    package var withheld: Set<ChatRight> = []
    /// Whether posts in archived channels are hidden, as on newer servers without
    /// `TeamSettings.ExperimentalViewArchivedChannels`. Version 5.37 shows them regardless of the setting.
    package var hidesArchivedPosts = false
    /// Whether posts of the same millisecond have the same `create_at`, as on a real server. If not, each time is later than
    /// all before it.
    package var sharesMilliseconds = true
    /// The time in milliseconds by which the replica, which answers reads, lags behind the database.
    package var replicaLag: Int64 {
        get { table.lag }
        set { table.lag = newValue }
    }
    /// Whether calls that write read from the replica first, as a real server with a licence and replicas does. An edit of a
    /// post that the replica does not have yet is refused with 403, and a patch is applied to the replica's version of the
    /// post.
    package var writesReadReplica = false

    package internal(set) var dialogs: [ChatDialog] = []
    /// The trigger ids signed recently. A real server recognizes its own by their signature.
    var triggers: [String] = []
    /// The posts that each node remembers, by the number of the node and the `pending_post_id`.
    var pending: [Int: [String: PendingPost]] = [:]
    var lastMoment: Int64 = 0

    /// A created post that is remembered by its `pending_post_id`.
    struct PendingPost: Sendable {
        var postID: String
        var until: Int64
    }

    package init(team: ChatTeam) { self.team = team }

    /// Forgets all `pending_post_id`s, as the server does after half a minute.
    package mutating func forgetPendingPosts() { pending = [:] }

    /// Returns the time for a change. When ``sharesMilliseconds`` is false it is later than all times before, so that the order
    /// of times is the order of the changes.
    mutating func moment(_ now: Int64) -> Int64 {
        guard !sharesMilliseconds else { return now }
        lastMoment = max(now, lastMoment + 1)
        return lastMoment
    }
}

/// Permissions of a channel's members that an administrator can take away.
package enum ChatRight: Hashable, Sendable, CaseIterable {
    case editOwnPosts
    case deleteOwnPosts
}

/// A message that only one user sees, made from `ephemeral_text` in the answer to a click.
package struct EphemeralPost: Equatable, Sendable {
    package var id: String = Identifier.make()
    package var userID: String
    package var channelID: String
    /// The post that was clicked.
    package var postID: String
    package var message: String
    package var createAt: Int64
}

extension ChatState {
    package func account(_ id: String) throws(AppError) -> ChatAccount {
        guard Identifier.isValid(id) else { throw .badURLParameter("user_id") }
        guard let account = accounts.first(where: { $0.id == id }) else { throw .noSuchUser }
        return account
    }

    package func account(named username: String) throws(AppError) -> ChatAccount {
        guard let account = accounts.first(where: { $0.username == username }) else { throw .noSuchUsername }
        return account
    }

    package func account(email: String) throws(AppError) -> ChatAccount {
        guard showsEmail else { throw .emailHidden }
        guard let account = accounts.first(where: { $0.email == email }) else { throw .noSuchUser }
        return account
    }

    package func team(named name: String) throws(AppError) -> ChatTeam {
        guard team.name == name else { throw .noSuchTeam }
        return team
    }

    /// Finds a channel by the names of its team and itself. With an account, a private channel is found only by its members. An
    /// archived channel is found only when those are included.
    package func channel(
        named name: String, readableBy userID: String? = nil, includingArchived: Bool = false
    ) throws(AppError) -> ChatChannel {
        let found = channels.first { channel in
            channel.name == name && channel.kind != .direct && (includingArchived || !channel.isArchived)
                && (channel.kind == .open || userID.map(channel.members.contains) ?? true)
        }
        guard let found else { throw .noSuchChannel }
        return found
    }

    /// The channel, if the account may read it. The error is the same for a channel that does not exist and for one that the
    /// account is not in.
    package func channel(_ id: String, readableBy userID: String) throws(AppError) -> ChatChannel {
        guard Identifier.isValid(id) else { throw .badURLParameter("channel_id") }
        guard let channel = channels.first(where: { $0.id == id && $0.members.contains(userID) }) else { throw .forbidden }
        return channel
    }

    package func shape(of channel: ChatChannel) -> JSON {
        let keys = table.posts(in: channel.id).keys
        return channel.shape(teamID: team.id, postCount: keys.count, lastPostAt: keys.last?.createAt ?? 0)
    }

    /// The direct channel of two accounts. It is made when there is none.
    package mutating func directChannel(_ ids: [String], by creatorID: String, now: Int64) throws(AppError) -> ChatChannel {
        guard ids.count == 2, ids.allSatisfy({ Identifier.isValid($0) }) else { throw .badBodyParameter("user_ids") }
        guard ids.contains(creatorID) else { throw .forbidden }
        guard ids.allSatisfy({ id in accounts.contains { $0.id == id } }) else {
            throw AppError(400, "api.channel.create_direct_channel.invalid_user.app_error", "Invalid user ID.")
        }
        let name = ids.sorted().joined(separator: "__")
        if let channel = channels.first(where: { $0.name == name }) { return channel }
        let channel = ChatChannel(
            kind: .direct, name: name, displayName: "", creatorID: creatorID, createAt: moment(now), members: Set(ids))
        channels.append(channel)
        return channel
    }
}
