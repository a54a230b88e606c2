extension ApprovalPolicy {
    /// Returns whether membership in the recipient's channel can be enough to decide a request that is posted there.
    package func letsMembersDecide(of recipient: Recipient, _ rules: RecipientRules) -> Bool {
        guard case .channel = recipient else { return false }
        let isToldOfAll =
            rules.always.contains(recipient) || rules.roles[RecipientRules.others]?.contains(recipient) == true
            || rules.escalations.contains { $0.recipients.contains(recipient) }
        if isToldOfAll {
            return approvers.isEmpty || roles.values.contains(where: \.isEmpty)
        }
        return rules.roles.contains { role, told in told.contains(recipient) && (roles[role] ?? approvers).isEmpty }
    }
}

extension ApprovalPolicy {
    /// Warns of configurations under which a request for several roles has fewer approvers than each role alone, or none.
    package func warnings(_ rules: RecipientRules) -> [Notice] {
        guard rules.always.isEmpty else { return [] }
        let open = rules.roles.filter { (roles[$0.key] ?? approvers).isEmpty }.sorted { $0.key < $1.key }
        guard let first = open.first else { return [] }
        let other = open.first { Set($0.value) != Set(first.value) }
        let isForAll = rules.roles[RecipientRules.others] != nil || !approvers.isEmpty
        guard other != nil || !isForAll else { return [] }
        let shown = { (name: String) in
            name == RecipientRules.others ? "any other" : "\"\(OneLine.bounded(name, 64))\""
        }
        let beside = other.map { shown($0.key) } ?? "a role without a line"
        return [
            Notice(
                """
                [role_to_recipients] tells different people of \(shown(first.key)) and of \(beside), and nobody is named to \
                decide them: a request for both takes somebody who is told of both.
                """,
                mend: """
                    Name [approvals] approvers or [approvals.roles], or a channel for all requests in [mattermost] recipients.
                    """)
        ]
    }
}

/// Warnings about public channels, which people can join without an invitation to decide.
package enum OpenChannel {
    package static let recipient = Notice(words, mend: "make it private or set [approvals] approvers")
    package static let approver = Notice(words, mend: "make it private or name people")

    private static let words = "is a public channel: every member of the team can join it and decide"
}
