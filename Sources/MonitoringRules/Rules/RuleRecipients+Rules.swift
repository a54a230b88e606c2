package import Access

extension RuleRecipients {
    /// Collects the recipients of the rules that match a request, each once, in the order of the rules' names. Each recipient has
    /// the roles that its rules match even if the request asks for one of them alone.
    ///
    /// - Parameters:
    ///   - matching: the rules that match the request.
    ///   - request: the request.
    ///   - facts: the facts of the request.
    /// - Returns: nil if there are no recipients.
    /// - Throws: a fault if it cannot be told for all roles which rules match them alone.
    package init?(of matching: [RuleBook.Entry], _ request: AccessRequest, _ facts: RuleFacts) throws(RuleFault) {
        var names: [String] = []
        var positions: [String: [Int]] = [:]
        for name in matching.flatMap(\.rule.recipients) where positions.updateValue([], forKey: name) == nil {
            names.append(name)
        }
        let roles = request.roles.isEmpty ? [""] : request.roles
        var budget = Budget.ofRoles
        for (position, role) in roles.enumerated() {
            let alone = roles.count == 1 ? matching : try Self.matching(matching, facts.asking(forRole: role), &budget)
            for name in Set(alone.flatMap(\.rule.recipients)) { positions[name]?.append(position) }
        }
        self.init(names.map { Entry(name: $0, roles: RolePositions(positions[$0] ?? [], of: roles.count)) })
    }

    private static func matching(
        _ entries: [RuleBook.Entry], _ facts: RuleFacts, _ budget: inout Budget
    ) throws(RuleFault) -> [RuleBook.Entry] {
        var matching: [RuleBook.Entry] = []
        for entry in entries {
            switch entry.outcome(for: facts, within: &budget) {
            case .matches: matching.append(entry)
            case .undecided(let fault): throw fault
            case .outsideSchedule, .unmet, .notBoolean, .skipped: break
            }
        }
        return matching
    }
}
