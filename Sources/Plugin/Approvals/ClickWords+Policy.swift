import Access

/// What people are told who may not decide, and who may instead.
extension ClickWords {
    static let noMembership =
        "Mattermost did not tell who belongs to a channel that decides this, so nothing was decided. Please try again in a "
        + "moment; if that does not help, tell an administrator that the bot has to be in the channel."
    static let noRequester =
        "Nothing was decided: the configuration names a Mattermost account of the requester's that Mattermost cannot find. "
        + "Please tell an administrator."

    static let unknownRequester =
        "Nothing was decided: no Mattermost account can be found that is the requester's, so it might be anybody's here. Please tell "
        + "an administrator: [approvals.users] has to name it, or decide in Teleport."

    static func refused(
        _ objection: ApprovalPolicy.Objection, _ rules: RecipientRules = RecipientRules(always: []), roles: Int = 1
    ) -> String {
        switch objection {
        case .bot, .deactivated: notAPerson
        case .outsider: "Only members of this channel can decide, so nothing was decided. A member can add you."
        case .guest: "Guests cannot decide, so nothing was decided. Please ask a member of this channel."
        case .ownRequest(let needs):
            "This is your own request: you can withdraw it with Deny, but not approve it. Nothing was decided. "
                + "Somebody else can: \(who(needs, rules))."
        case .hiddenAddress:
            "Mattermost does not show this plugin people's addresses, so nobody can tell whether this is your own request. Nothing "
                + "was decided. Please tell an administrator: [approvals.users] has to name your Teleport user."
        case .unclearName:
            "The requester's name in Teleport can be written in several ways, so nobody can tell whether this is your own request. "
                + "Nothing was decided. Please tell an administrator: [approvals.users] has to name the requester's Teleport user."
        case .onlySuggested:
            "The requester named you as a reviewer, but this plugin's configuration does not, so nothing was decided. Please decide "
                + "in Teleport, or ask a member of the channel for requests."
        case .notApprover(let needs):
            "You are not among those who decide this, so nothing was decided. "
                + (roles > 1 ? "One click decides all of the roles, so it takes one person who may decide each. " : "")
                + "Who can: \(who(needs, rules))."
        }
    }

    /// For a post whose roles have different approvers: nil where the same people decide all of it.
    static func approvers(of request: AccessRequest, _ policy: ApprovalPolicy, _ rules: RecipientRules) -> String? {
        let needs = policy.needs(of: request).flatMap { need in
            split(.init(roles: need.roles.isEmpty ? request.roles : need.roles, approvers: need.approvers), rules)
        }
        guard needs.count > 1 else { return nil }
        let all = "It takes one person who may decide all of the roles"
        let words = needs.map { "for \(InertText.code($0.roles.joined(separator: ", "), limit: 200)) \($0.who)" }
            .joined(separator: "; and ")
        // A post has little room, and code must not be cut.
        return words.utf8.count <= 600 ? "\(all): \(words)" : "\(all)."
    }

    static func withdrawn(_ subject: Subject) -> String {
        "You withdrew your request for \(InertText.code(subject.roles.joined(separator: ", "), limit: 200))."
    }

    private static func who(_ needs: [ApprovalPolicy.Need], _ rules: RecipientRules) -> String {
        needs.map { need in
            let roles = InertText.code(need.roles.joined(separator: ", "), limit: 200)
            guard need.approvers.isEmpty, !roles.isEmpty else {
                return (roles.isEmpty ? "" : "for \(roles) ") + who(need.approvers)
            }
            return split(need, rules).map { "for \(InertText.code($0.roles.joined(separator: ", "), limit: 200)) \($0.who)" }
                .joined(separator: "; and ")
        }.joined(separator: "; and ")
    }

    /// By who is told of the roles, where nobody is named.
    private static func split(_ need: ApprovalPolicy.Need, _ rules: RecipientRules) -> [(roles: [String], who: String)] {
        guard need.approvers.isEmpty else { return [(need.roles, who(need.approvers))] }
        var parts: [(roles: [String], who: String)] = []
        for role in need.roles {
            let who = told(rules.recipients(ofRoles: [role]))
            if let index = parts.firstIndex(where: { $0.who == who }) {
                parts[index].roles.append(role)
            } else {
                parts.append(([role], who))
            }
        }
        return parts
    }

    private static func told(_ recipients: [Recipient]) -> String {
        guard !recipients.isEmpty else { return "nobody here, as no channel is told of it; please decide in Teleport" }
        let shown = recipients.prefix(8).map { recipient in
            switch recipient {
            case .channel(let name): "the members of \(InertText.code(name.description, limit: 130))"
            case .person(let address): InertText.code(address, limit: 100)
            case .account(let name): "@\(name)"
            }
        }
        let more = recipients.count - shown.count
        return shown.joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
    }

    private static func who(_ approvers: [Approver]) -> String {
        guard !approvers.isEmpty else { return "any other member of this channel" }
        let shown = approvers.prefix(8).map { approver in
            switch approver {
            case .username(let name): "@\(name)"
            case .email(let address): InertText.code(address, limit: 100)
            case .channel(let name): "the members of \(InertText.code(name.description, limit: 130))"
            }
        }
        let more = approvers.count - shown.count
        return shown.joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
    }
}
