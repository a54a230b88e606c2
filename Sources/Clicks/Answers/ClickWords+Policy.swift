import Access

/// The answers to people who may not decide. They say who may decide instead.
extension ClickWords {
    static let noMembership =
        "Mattermost did not tell who belongs to a channel that decides this, so nothing was decided. Please try again in a "
        + "moment; if that does not help, tell an administrator that the bot has to be in the channel."
    static let noRequester =
        "Nothing was decided: the configuration names a Mattermost account of the requester's that Mattermost cannot find. "
        + "Please tell an administrator."

    static let unknownRequester =
        "Nothing was decided: no Mattermost account can be found that is the requester's, so it might be anybody's here. Please tell "
        + "an administrator: [approvals.users] or the trait has to name it, or decide in Teleport."

    static func refused(
        _ objection: ApprovalPolicy.Objection, _ rules: RecipientRules = RecipientRules(always: []), roles: Int = 1
    ) -> String {
        switch objection {
        case .bot, .deactivated: notAPerson
        case .outsider: "Only members of this channel can decide, so nothing was decided. A member can add you."
        case .guest: "Guests cannot decide, so nothing was decided. Please ask a member of this channel."
        case .ownRequest(let needs):
            "This is your own request: you can withdraw it with Deny, but not approve it. Nothing was decided. "
                + "Somebody else can: \(WhoDecides.text(needs, rules))."
        case .hiddenAddress:
            "Mattermost does not show this plugin people's addresses, so nobody can tell whether this is your own request. Nothing "
                + "was decided. Please tell an administrator: [approvals.users] has to name your Teleport user."
        case .unclearName:
            "The requester's name in Teleport can be written in several ways, so nobody can tell whether this is your own request. "
                + "Nothing was decided. Please tell an administrator: [approvals.users] has to name the requester's Teleport user."
        case .untold(let identity): untold(identity)
        case .onlySuggested:
            "The requester named you as a reviewer, but this plugin's configuration does not, so nothing was decided. Please decide "
                + "in Teleport, or ask a member of the channel for requests."
        case .notApprover(let needs):
            "You are not among those who decide this, so nothing was decided. "
                + (roles > 1 ? "One click decides all of the roles, so it takes one person who may decide each. " : "")
                + "Who can: \(WhoDecides.text(needs, rules))."
        }
    }

    static func withdrawn(_ subject: Subject) -> String {
        "You withdrew your request for \(InertText.code(subject.roles.joined(separator: ", "), limit: 200))."
    }
}
