/// A team. The sandbox has one.
package struct ChatTeam: Equatable, Sendable {
    package var id: String = Identifier.make()
    package var name: String
    package var displayName: String
    package var inviteID: String = Identifier.make()
    package var createAt: Int64

    package var shape: JSON {
        [
            "id": .string(id), "create_at": .integer(createAt), "update_at": .integer(createAt), "delete_at": 0,
            "display_name": .string(displayName), "name": .string(name), "description": "", "email": "", "type": "O",
            "company_name": "", "allowed_domains": "", "invite_id": .string(inviteID), "allow_open_invite": false,
            "scheme_id": nil, "group_constrained": nil, "policy_id": nil,
        ]
    }
}
