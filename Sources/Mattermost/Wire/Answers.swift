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

    var user: ChatUser {
        ChatUser(
            id: id, username: username, email: email ?? "", isBot: isBot ?? false,
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

    var info: ChannelInfo {
        ChannelInfo(
            id: id, name: name, displayName: displayName ?? "", kind: type.map(ChannelInfo.Kind.init) ?? .unknown,
            lastPost: Timestamp(milliseconds: lastPostAt ?? 0))
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
