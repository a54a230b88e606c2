package import Access

extension RuleRecipients {
    /// Collects the recipients of the rules that match a request, each once, in the order of the rules' names. Each recipient has
    /// the roles that its rules match even if the request asks for one of them alone.
    ///
    /// - Parameters:
    ///   - matching: the rules that match the request.
    ///   - facts: the facts of the request.
    /// - Returns: nil if there are no recipients.
    package init?(of matching: [RuleBook.Entry], _ request: AccessRequest, _ facts: RuleFacts) {
        var names: [String] = []
        var positions: [String: Set<Int>] = [:]
        for name in matching.flatMap(\.rule.recipients) where positions.updateValue([], forKey: name) == nil {
            names.append(name)
        }
        let roles = request.roles.isEmpty ? [""] : request.roles
        for (position, role) in roles.prefix(Self.roleLimit).enumerated() {
            let alone =
                roles.count == 1 ? matching : matching.filter { $0.outcome(for: facts.asking(forRole: role)) == .matches }
            for name in alone.flatMap(\.rule.recipients) { positions[name]?.insert(position) }
        }
        self.init(names.map { Entry(name: $0, roles: positions[$0] ?? []) })
    }
}
