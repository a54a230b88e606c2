/// An account on the sandbox's Mattermost.
package struct ChatAccount: Equatable, Sendable {
    package var id: String
    package var username: String
    package var email: String
    package var firstName: String
    package var roles: String
    package var isBot: Bool
    package var createAt: Int64
    package var updateAt: Int64
    /// The time at which the account was deactivated; 0 while it is active.
    package var deleteAt: Int64 = 0

    package init(
        id: String = Identifier.make(), username: String, email: String, firstName: String = "",
        roles: String = "system_user", isBot: Bool = false, createAt: Int64, updateAt: Int64? = nil
    ) {
        self.id = id
        self.username = username
        self.email = email
        self.firstName = firstName
        self.roles = roles
        self.isBot = isBot
        self.createAt = createAt
        self.updateAt = updateAt ?? createAt
    }

    package var etag: String { "5.37.0.\(id).\(updateAt)..0.true.true.0" }

    /// - Parameters:
    ///   - own: whether the account itself asks. It sees more fields.
    ///   - showsEmail: the value of `PrivacySettings.ShowEmailAddress`.
    package func shape(own: Bool, showsEmail: Bool) -> JSON {
        var shape: JSON = [
            "id": .string(id), "create_at": .integer(createAt), "update_at": .integer(updateAt),
            "delete_at": .integer(deleteAt), "username": .string(username), "auth_data": "", "auth_service": "",
            "email": .string(own || showsEmail ? email : ""), "nickname": "", "first_name": .string(firstName),
            "last_name": "", "position": "", "roles": .string(roles),
        ]
        if own {
            shape["notify_props"] = Self.notifyProps
            shape["last_password_update"] = .integer(createAt)
        }
        shape["locale"] = "en"
        shape["timezone"] = ["automaticTimezone": "", "manualTimezone": "", "useAutomaticTimezone": "true"]
        if isBot { shape["is_bot"] = true }
        shape["disable_welcome_email"] = false
        return shape
    }

    private static let notifyProps: JSON = [
        "channel": "true", "comments": "never", "desktop": "mention", "desktop_sound": "true", "email": "true",
        "first_name": "false", "mention_keys": "", "push": "mention", "push_status": "away",
    ]
}
