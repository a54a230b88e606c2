/// The recipients that monitoring rules named for a request. They are chosen once, when the request is first posted, and then
/// kept in its record: a rule that is changed later does not move posts that people have seen.
package struct RuleRecipients: Equatable, Sendable, CustomStringConvertible {
    /// A recipient, and the roles of the request that it is told of by themselves.
    package struct Entry: Equatable, Sendable {
        /// The recipient as the rule names it.
        package var name: String
        /// The roles for which the rules name the recipient even if nothing else is requested. A requester can put two roles into
        /// one request, and the rule about one of them must not make its recipients approve the other.
        package var roles: RolePositions

        package init(name: String, roles: RolePositions) {
            self.name = name
            self.roles = roles
        }
    }

    /// The largest number of recipients of one request. More posts are not read from a record either.
    package static let limit = PluginRecord.postLimit
    /// The largest size of a recipient's name in bytes.
    package static let nameLimit = 300

    package var entries: [Entry]

    /// Nil without any entry. Names that cannot be kept, and those beyond ``limit``, are left out.
    package init?(_ entries: [Entry]) {
        self.entries = Array(
            entries.filter { entry in
                (1...Self.nameLimit).contains(entry.name.utf8.count) && !entry.name.unicodeScalars.contains { $0.value < 0x20 }
            }.prefix(Self.limit))
        if self.entries.isEmpty { return nil }
    }

    /// Parses ``description``; nil if no entry can be read.
    package init?(_ text: String) {
        self.init(
            text.split(separator: "\n").prefix(Self.limit).map { line in
                let parts = line.split(separator: "\t", maxSplits: 1, omittingEmptySubsequences: false)
                return Entry(name: String(parts.first ?? ""), roles: RolePositions(parts.count > 1 ? parts[1] : ""))
            })
    }

    /// The value in the record: a line for each recipient, with the positions of its roles after a tabulator.
    package var description: String {
        entries.map { "\($0.name)\t\($0.roles)" }.joined(separator: "\n")
    }

    /// Returns the recipients that are told of a role of the request by itself. A request without roles is told like one with a
    /// single role.
    fileprivate func recipients(ofRoleAt position: Int) -> [Recipient] {
        entries.filter { $0.roles.contains(position) }.compactMap { Recipient($0.name) }
    }
}

extension PluginRecord {
    /// The recipients that monitoring rules named when the request was posted; nil if none did.
    package var ruleRecipients: RuleRecipients? { RuleRecipients(self[Key.ruleRecipients]) }
}

extension RecipientRules {
    /// Returns the recipients of the single roles of a request, where monitoring rules may have named others than the
    /// configuration does.
    package func narrowed(to request: AccessRequest, _ record: PluginRecord) -> RecipientRules {
        guard let told = record.ruleRecipients else { return self }
        guard !request.roles.isEmpty else {
            let own = told.recipients(ofRoleAt: 0)
            return own.isEmpty ? self : RecipientRules(always: own)
        }
        let named = request.roles.enumerated().map { position, role in
            let own = told.recipients(ofRoleAt: position)
            return (role, own.isEmpty ? recipients(ofRoles: [role]) : own)
        }
        return RecipientRules(always: [], roles: Dictionary(named) { first, _ in first })
    }
}
