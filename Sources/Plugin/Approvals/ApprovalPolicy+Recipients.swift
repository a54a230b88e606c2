import Access

extension ApprovalPolicy {
    /// Whether it may be enough to be in the recipient's channel to decide what is told there.
    func letsMembersDecide(of recipient: Recipient, _ rules: RecipientRules) -> Bool {
        guard case .channel = recipient else { return false }
        if rules.always.contains(recipient) || rules.roles[RecipientRules.others]?.contains(recipient) == true {
            return approvers.isEmpty || roles.values.contains(where: \.isEmpty)
        }
        return rules.roles.contains { role, told in told.contains(recipient) && (roles[role] ?? approvers).isEmpty }
    }
}

/// That not only people who were invited decide.
enum OpenChannel {
    static let recipient =
        "is a public channel: every member of the team can join it and decide; make it private or set [approvals] approvers"
    static let approver = "is a public channel: every member of the team can join it and decide; make it private or name people"
}
