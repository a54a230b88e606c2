/// A channel of the team, or a direct one between two accounts.
package struct ChatChannel: Equatable, Sendable {
    package enum Kind: String, Sendable {
        case open = "O"
        case `private` = "P"
        case direct = "D"
    }

    package var id: String = Identifier.make()
    package var kind: Kind
    /// The name in the URL. For a direct channel it consists of the ids of both accounts.
    package var name: String
    package var displayName: String
    package var creatorID: String
    package var createAt: Int64
    /// The time at which the channel was archived; 0 if it is not archived.
    package var deleteAt: Int64 = 0
    package var members: Set<String>

    package var isArchived: Bool { deleteAt != 0 }

    package func shape(teamID: String, postCount: Int, lastPostAt: Int64) -> JSON {
        [
            "id": .string(id), "create_at": .integer(createAt), "update_at": .integer(max(createAt, deleteAt)),
            "delete_at": .integer(deleteAt), "team_id": .string(kind == .direct ? "" : teamID), "type": .string(kind.rawValue),
            "display_name": .string(displayName), "name": .string(name), "header": "", "purpose": "",
            "last_post_at": .integer(lastPostAt), "total_msg_count": .integer(Int64(postCount)), "extra_update_at": 0,
            "creator_id": .string(creatorID), "scheme_id": nil, "props": nil, "group_constrained": nil,
            "shared": kind == .direct ? false : nil, "total_msg_count_root": .integer(Int64(postCount)), "policy_id": nil,
        ]
    }

    package func memberShape(_ userID: String) -> JSON {
        [
            "channel_id": .string(id), "user_id": .string(userID), "roles": "channel_user", "last_viewed_at": 0,
            "msg_count": 0, "mention_count": 1, "mention_count_root": 1, "msg_count_root": 0,
            "notify_props": [
                "desktop": "default", "email": "default", "ignore_channel_mentions": "default", "mark_unread": "all",
                "push": "default",
            ],
            "last_update_at": .integer(createAt), "scheme_guest": false, "scheme_user": true, "scheme_admin": false,
            "explicit_roles": "",
        ]
    }
}
