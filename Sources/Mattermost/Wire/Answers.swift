internal import Access

struct UserAnswer: Decodable {
    var id: String
    var username: String
    var email: String?
    /// In every server's answer, as is `deleteAt`: without them nobody can tell who is a guest or deactivated.
    var roles: String
    /// Left out of a person's.
    var isBot: Bool?
    var deleteAt: Int64

    enum CodingKeys: String, CodingKey {
        case id, username, email, roles
        case isBot = "is_bot"
        case deleteAt = "delete_at"
    }

    /// Nil for what is no user: an id or a name that no server gives.
    var user: ChatUser? {
        guard MattermostName.isID(id), (1...128).contains(username.utf8.count) else { return nil }
        return ChatUser(
            id: id, username: username, email: String((email ?? "").prefix(256)), isBot: isBot ?? false,
            isGuest: roles.split(separator: " ").contains("system_guest"), isDeleted: deleteAt != 0)
    }
}

struct ChannelAnswer: Decodable {
    var id: String
    var name: String
    var displayName: String?
    var type: String?
    var deleteAt: Int64?
    var lastPostAt: Int64?

    enum CodingKeys: String, CodingKey {
        case id, name, type
        case displayName = "display_name"
        case deleteAt = "delete_at"
        case lastPostAt = "last_post_at"
    }

    /// Archived channels take no posts.
    var isArchived: Bool { (deleteAt ?? 0) != 0 }

    /// Nil for what is no channel: an id that no server gives.
    var info: ChannelInfo? {
        guard MattermostName.isID(id) else { return nil }
        return ChannelInfo(
            id: id, name: String(name.prefix(256)), displayName: String((displayName ?? "").prefix(256)),
            kind: type.map(ChannelInfo.Kind.init) ?? .unknown, lastPost: Timestamp(bounding: lastPostAt ?? 0))
    }
}

struct MemberAnswer: Decodable {
    var channelID: String
    var userID: String

    enum CodingKeys: String, CodingKey {
        case channelID = "channel_id"
        case userID = "user_id"
    }
}

struct TeamAnswer: Decodable {
    var id: String
    var name: String
    var displayName: String?

    enum CodingKeys: String, CodingKey {
        case id, name
        case displayName = "display_name"
    }

    /// Nil for what is no team: an id that no server gives.
    var info: TeamInfo? {
        guard MattermostName.isID(id) else { return nil }
        return TeamInfo(id: id, name: String(name.prefix(256)), displayName: String((displayName ?? "").prefix(256)))
    }
}

struct StatusAnswer: Decodable {
    var status: String
}

/// The few fields of some two hundred that are of use here.
struct ClientConfigAnswer: Decodable {
    var asymmetricSigningPublicKey: String?
    /// `true` or `false`; told to who is logged in alone.
    var showEmailAddress: String?
    /// In every server's answer: without it, it is none.
    var version: String

    enum CodingKeys: String, CodingKey {
        case asymmetricSigningPublicKey = "AsymmetricSigningPublicKey"
        case showEmailAddress = "ShowEmailAddress"
        case version = "Version"
    }
}

/// How Mattermost says what went wrong.
struct ErrorAnswer: Decodable {
    var id: String
    var message: String
}
