/// Everything the sandbox's Mattermost knows. A plain value: callers pass the time in, errors are the server's.
package struct ChatState: Sendable {
    package var accounts: [ChatAccount] = []
    /// Access token to account id.
    package var tokens: [String: String] = [:]
    package var team: ChatTeam
    package var channels: [ChatChannel] = []
    var table = PostTable()
    /// Those that are not deleted, in the order of their creation.
    package var posts: [ChatPost] { table.all }
    package internal(set) var ephemerals: [EphemeralPost] = []
    /// `PrivacySettings.ShowEmailAddress`.
    package var showsEmail = true
    /// What the role of a channel's members lacks, the bot's too.
    package var withheld: Set<ChatRight> = []
    /// Newer servers with `TeamSettings.ExperimentalViewArchivedChannels` off: an archived channel's posts cannot be read. 5.37
    /// shows them whatever the setting says.
    package var hidesArchivedPosts = false
    /// Posts of one millisecond have one `create_at`, as on a real server. Off: each moment is later than the one before.
    package var sharesMilliseconds = true
    /// How far the replica that reads are answered from is behind the database, in milliseconds.
    package var replicaLag: Int64 {
        get { table.lag }
        set { table.lag = newValue }
    }
    /// Whether calls that write look at the replica first, as a real server does with a licence and replicas: the edit of a post
    /// that the replica has not seen is refused with 403, and a patch is applied to the post as the replica shows it.
    package var writesReadReplica = false

    package internal(set) var dialogs: [ChatDialog] = []
    /// Those signed of late, as the real server tells by its key.
    var triggers: [String] = []
    /// What each node of the server remembers, by the node and the `pending_post_id`.
    var pending: [Int: [String: PendingPost]] = [:]
    var lastMoment: Int64 = 0

    /// A created post's `pending_post_id`, until it is forgotten.
    struct PendingPost: Sendable {
        var postID: String
        var until: Int64
    }

    package init(team: ChatTeam) { self.team = team }

    /// As half a minute later.
    package mutating func forgetPendingPosts() { pending = [:] }

    /// Strictly later than every moment before where ``sharesMilliseconds`` is off: then an order by time is that of events.
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

/// What an answer's `ephemeral_text` becomes: shown to one person, kept by nobody else.
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

    /// A private one only for its members, where an account is named; an archived one only if those are asked for too.
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

    /// The channel, where the account may read it. One that does not exist cannot be told from one that is closed to it.
    package func channel(_ id: String, readableBy userID: String) throws(AppError) -> ChatChannel {
        guard Identifier.isValid(id) else { throw .badURLParameter("channel_id") }
        guard let channel = channels.first(where: { $0.id == id && $0.members.contains(userID) }) else { throw .forbidden }
        return channel
    }

    package func shape(of channel: ChatChannel) -> JSON {
        let keys = table.posts(in: channel.id).keys
        return channel.shape(teamID: team.id, postCount: keys.count, lastPostAt: keys.last?.createAt ?? 0)
    }

    /// The direct channel of two accounts, made when there is none yet.
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
