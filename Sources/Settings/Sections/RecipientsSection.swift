internal import Access
internal import Base

extension SettingsSection {
    /// The section `[role_to_recipients]`. The recipients of all requests are keys of `[mattermost]`.
    static let roleRecipients = SettingsSection("role_to_recipients", openTables: [.roleRecipients])
}

extension OpenTable {
    static let roleRecipients = OpenTable(
        "role_to_recipients", keys: "a role",
        help: """
            More recipients of the requests for that role, `dba = ["engineering/dba"]`. The key `"*"` stands for all roles
            without an entry. For several roles all recipients are told, each once.
            """,
        examples: [#"dba = ["engineering/dba"]"#, #""*" = ["engineering/access-requests"]"#])
}

extension SettingsReader {
    mutating func recipients() -> RecipientRules {
        var always: [Recipient] = []
        if let pair = teamAndChannel() { always.append(.channel(pair)) }
        for value in strings(.recipients) where !value.isEmpty {
            if let recipient = Recipient(value) { always.append(recipient) } else { report(.recipients, Self.fault(value)) }
        }
        return RecipientRules(always: always, roles: roleRecipients())
    }

    /// Reads the one channel that the oldest configurations name by two keys.
    private mutating func teamAndChannel() -> ChannelName? {
        let (team, channel) = (slug(.team), slug(.channel))
        if let team, let channel { return ChannelName(team: team, channel: channel) }
        if team != nil, text.values[.channel] == nil { report(.team, "is set without channel.", mend: "Set both or neither.") }
        if channel != nil, text.values[.team] == nil { report(.channel, "is set without team.", mend: "Set both or neither.") }
        return nil
    }

    private mutating func slug(_ key: SettingKey) -> String? {
        let mend = "Set it to the \(key.name)'s name as its URL shows it: https://…/<team>/channels/<channel>."
        let isThere = text.values[key] != nil
        return parsed(key, isRequired: isThere ? mend : nil) { (value) throws(SettingFault) in
            guard MattermostName.isSlug(value) else {
                let shown = OneLine.bounded(value, 64)
                throw SettingFault("\"\(shown)\" is no name in a URL, which has letters, digits, '-' and '_' only.", mend: mend)
            }
            return value
        }
    }

    private mutating func roleRecipients() -> [String: [Recipient]] {
        let table = OpenTable.roleRecipients
        var roles: [String: [Recipient]] = [:]
        for entry in text.entries[table] ?? [] {
            let values: [String]
            switch entry.value {
            case .string(let value): values = [value]
            case .strings(let several): values = several
            default:
                report(
                    entry, of: table, "is \(entry.value.name), not an array of strings.",
                    mend: "Write \"role\" = [\"team/channel\"].")
                continue
            }
            if values.isEmpty { report(entry, of: table, "names nobody.", mend: "Name a recipient, or remove the line.") }
            for value in values where Recipient(value) == nil { report(entry, of: table, Self.fault(value)) }
            roles[entry.name] = values.compactMap { Recipient($0) }
        }
        return roles
    }

    static func fault(_ value: String) -> SettingFault {
        SettingFault(
            "\"\(OneLine.bounded(value, 64))\" is neither \"team/channel\" nor \"name@example.com\".",
            mend: "Write one of the two.")
    }

    /// Returns warnings about recipients that work but may not be the ones that the operator meant.
    static func warnings(_ recipients: RecipientRules) -> [Notice] {
        guard recipients.all.isEmpty else { return [] }
        return [
            Notice(
                "[mattermost] recipients names nobody, so requests are posted to the reviewers alone whom a requester suggests.",
                mend: #"Name "team/channel" or "name@example.com"."#)
        ]
    }
}
