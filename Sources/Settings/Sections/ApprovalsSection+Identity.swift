internal import Access
internal import Base

// The keys of `[approvals]` that say which Teleport user a person is, where `[approvals.users]` does not.

extension SettingKey {
    static let userTrait = SettingKey(
        "approvals.user_trait", .string(default: nil),
        help: """
            The trait of Teleport users that has the person's Mattermost account id (best) or user name. It tells who reviews and
            who the requester is. [approvals.users] goes first. The server must be Teleport 15 or newer.
            """,
        example: #""mattermost_id""#)
    static let emailIsUser = SettingKey(
        "approvals.email_is_user", .flag(default: false),
        help: """
            Whether people review as the Teleport user that has their e-mail address as its name. It has no effect beside
            user_trait. Nobody may be able to change or choose their own address in Mattermost.
            """)
}

extension SettingsReader {
    /// Reads the keys into the policy.
    mutating func identity(into policy: inout ApprovalPolicy) {
        read(.emailIsUser, into: &policy.emailIsUser)
        policy.userTrait = parsed(.userTrait) { (value) throws(SettingFault) in
            let isName =
                value.utf8.count <= 256
                && value.unicodeScalars.allSatisfy { scalar in
                    !scalar.properties.isWhitespace && scalar.properties.generalCategory != .control
                }
            guard isName else {
                throw SettingFault(
                    "\"\(OneLine.bounded(value, 64))\" is no name of a trait.",
                    mend: "Write it as tctl get users shows it, such as mattermost_id.")
            }
            return value
        }
    }
}

extension Settings.Approving {
    /// Whether people's Teleport users are told by anything, so that reviews can be submitted in their names.
    package var tellsTeleportUsers: Bool { !policy.users.isEmpty || policy.userTrait != nil || policy.emailIsUser }

    /// Warnings about the ways of telling who is who.
    var identityWarnings: [Notice] {
        guard policy.emailIsUser else { return [] }
        guard policy.userTrait == nil else {
            return [
                Notice(
                    "[approvals] email_is_user has no effect beside user_trait: where a trait says who is who, no address does.",
                    mend: "Remove one of the two.")
            ]
        }
        return [
            Notice(
                "[approvals] email_is_user is true: whoever can take an address in Mattermost can review as its Teleport user.",
                mend: "Set user_trait where Teleport is 15 or newer, or name people in [approvals.users].")
        ]
    }
}
