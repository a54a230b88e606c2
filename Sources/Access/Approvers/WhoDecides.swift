/// Says in words who may decide a request, for posts and for answers to clicks.
package enum WhoDecides {
    /// Says who may decide, for a post whose roles have different approvers. Returns nil if the same people decide all of it.
    package static func approvers(of request: AccessRequest, _ policy: ApprovalPolicy, _ rules: RecipientRules) -> String? {
        let needs = policy.needs(of: request).flatMap { need in
            split(.init(roles: need.roles.isEmpty ? request.roles : need.roles, approvers: need.approvers), rules)
        }
        guard needs.count > 1 else { return nil }
        let all = "It takes one person who may decide all of the roles"
        let words = needs.map { "for \(InertText.code($0.roles.joined(separator: ", "), limit: 200)) \($0.who)" }
            .joined(separator: "; and ")
        // A post has little room, and a code span must not be cut.
        return words.utf8.count <= 600 ? "\(all): \(words)" : "\(all)."
    }

    /// A text that is equal for two configurations whose posts say the same about who decides. Posts say it only if some roles
    /// have approvers or recipients of their own.
    package static func fingerprint(_ policy: ApprovalPolicy, _ rules: RecipientRules) -> String {
        guard !policy.roles.isEmpty || !rules.roles.isEmpty else { return "" }
        let approvers = policy.roles.sorted { $0.key < $1.key }.map { "\($0.key): \(who($0.value))" }
        let recipients = rules.roles.sorted { $0.key < $1.key }.map { "\($0.key): \(told($0.value))" }
        return "\(who(policy.approvers)) \(approvers) \(told(rules.always)) \(recipients)"
    }

    /// Returns the people who meet the needs, with the roles of each need, as part of a sentence.
    package static func text(_ needs: [ApprovalPolicy.Need], _ rules: RecipientRules) -> String {
        needs.map { need in
            let roles = InertText.code(need.roles.joined(separator: ", "), limit: 200)
            guard need.approvers.isEmpty, !roles.isEmpty else {
                return (roles.isEmpty ? "" : "for \(roles) ") + who(need.approvers)
            }
            return split(need, rules).map { "for \(InertText.code($0.roles.joined(separator: ", "), limit: 200)) \($0.who)" }
                .joined(separator: "; and ")
        }.joined(separator: "; and ")
    }

    /// Splits a need without named approvers by the recipients of its roles, because they are the people who may decide.
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
