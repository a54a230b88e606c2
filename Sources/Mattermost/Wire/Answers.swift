internal import Access

/// The fields of a user that the plugin reads.
struct UserAnswer: Decodable {
    var id: String
    var username: String
    var email: String?
    /// Required, like `deleteAt`: without them it is unknown whether the user is a guest or deactivated. Every server sends
    /// both.
    var roles: String
    /// Absent for people.
    var isBot: Bool?
    var deleteAt: Int64

    enum CodingKeys: String, CodingKey {
        case id, username, email, roles
        case isBot = "is_bot"
        case deleteAt = "delete_at"
    }

    /// Nil when the id or the name is not of the form that Mattermost uses.
    var user: ChatUser? {
        guard MattermostName.isID(id), (1...128).contains(username.utf8.count) else { return nil }
        return ChatUser(
            id: id, username: username, email: String((email ?? "").prefix(256)), isBot: isBot ?? false,
            isGuest: roles.split(separator: " ").contains("system_guest"), isDeleted: deleteAt != 0)
    }
}

/// The fields of a channel that the plugin reads.
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

    /// Whether the channel is archived. Archived channels accept no posts.
    var isArchived: Bool { (deleteAt ?? 0) != 0 }

    /// Nil when the id is not of the form that Mattermost uses.
    var info: ChannelInfo? {
        guard MattermostName.isID(id) else { return nil }
        return ChannelInfo(
            id: id, name: String(name.prefix(256)), displayName: String((displayName ?? "").prefix(256)),
            kind: type.map(ChannelInfo.Kind.init) ?? .unknown, lastPost: Timestamp(bounding: lastPostAt ?? 0))
    }
}

/// The fields of a channel's member that the plugin reads.
struct MemberAnswer: Decodable {
    var channelID: String
    var userID: String

    enum CodingKeys: String, CodingKey {
        case channelID = "channel_id"
        case userID = "user_id"
    }
}

/// The fields of a team that the plugin reads.
struct TeamAnswer: Decodable {
    var id: String
    var name: String
    var displayName: String?

    enum CodingKeys: String, CodingKey {
        case id, name
        case displayName = "display_name"
    }

    /// Nil when the id is not of the form that Mattermost uses.
    var info: TeamInfo? {
        guard MattermostName.isID(id) else { return nil }
        return TeamInfo(id: id, name: String(name.prefix(256)), displayName: String((displayName ?? "").prefix(256)))
    }
}

/// The answer of calls that return only a status, such as `OK`.
struct StatusAnswer: Decodable {
    var status: String
}

/// The answer of `GET /config/client`, which has about two hundred fields. Only those that the plugin uses are decoded.
struct ClientConfigAnswer: Decodable {
    var asymmetricSigningPublicKey: String?
    /// `true` or `false`. The server sends it only to callers that are logged in.
    var showEmailAddress: String?
    /// Required, so that an answer without it is refused: every server sends it.
    var version: String

    enum CodingKeys: String, CodingKey {
        case asymmetricSigningPublicKey = "AsymmetricSigningPublicKey"
        case showEmailAddress = "ShowEmailAddress"
        case version = "Version"
    }
}

/// The body of an error answer: `AppError` in Mattermost's `model/utils.go`.
struct ErrorAnswer: Decodable {
    var id: String
    var message: String
}
