internal import Access

/// The values that a configuration file gives, with the content of the secrets' own files. They serve only to find out what
/// a later reading has changed, and are never printed.
struct GivenValues: Sendable {
    private struct Content: Sendable {
        var values: [SettingKey: SettingsText.Value]
        var entries: [OpenTable: [SettingsText.Entry]]
        var items: [OpenTable: [SettingsText.Item]]
        /// The secrets that may be in files of their own, by the key that names them.
        var secrets: [SettingKey: [[UInt8]]]
    }

    private var content: Secret<Content>

    init(_ text: SettingsText, _ chat: Settings.Chat) {
        let secrets: [SettingKey: [[UInt8]]] = [
            .token: [[UInt8](chat.token.reveal().utf8)], .secret: chat.secret.map { [$0.reveal()] } ?? [],
            .previousSecrets: chat.previousSecrets.map { $0.reveal() },
        ]
        content = Secret(Content(values: text.values, entries: text.entries, items: text.lists, secrets: secrets))
    }

    /// Returns the keys whose values differ from those of another reading, in the order of the example.
    func changedKeys(since other: GivenValues) -> [SettingKey] {
        let (new, old) = (content.reveal(), other.content.reveal())
        return SettingKey.allCases.filter { key in
            // Secrets are compared by their values, whether these stand in the configuration or in files of their own.
            if new.secrets[key] != nil { return new.secrets[key] != old.secrets[key] }
            return Self.effective(key, new) != Self.effective(key, old)
        }
    }

    /// Returns these values, with those of another reading for some keys.
    func with(_ keys: Set<SettingKey>, of other: GivenValues) -> GivenValues {
        var (new, old) = (content.reveal(), other.content.reveal())
        for key in keys {
            new.values[key] = old.values[key]
            new.secrets[key] = old.secrets[key]
        }
        var merged = self
        merged.content = Secret(new)
        return merged
    }

    /// Returns the tables with names of the operator's choice whose entries differ, whatever their lines and their order.
    func changedTables(since other: GivenValues) -> [OpenTable] {
        let (new, old) = (content.reveal(), other.content.reveal())
        return SettingsSection.all.flatMap(\.openTables).filter { table in
            table.isList
                ? Self.items(table, new) != Self.items(table, old) : Self.entries(table, new) != Self.entries(table, old)
        }
    }

    /// Returns the key's value in the file, or its default if the file has none. Writing a default into the file is therefore no
    /// change.
    private static func effective(_ key: SettingKey, _ content: Content) -> SettingsText.Value? {
        if let value = content.values[key] { return value }
        return switch key.form {
        case .string(let text): text.map { .string($0) }
        case .strings: .strings([])
        case .flag(let flag): flag.map { .flag($0) }
        }
    }

    private static func entries(_ table: OpenTable, _ content: Content) -> [String: SettingsText.Value] {
        named(content.entries[table] ?? [])
    }

    private static func items(_ table: OpenTable, _ content: Content) -> [[String: SettingsText.Value]] {
        (content.items[table] ?? []).map { named($0.entries) }
    }

    private static func named(_ entries: [SettingsText.Entry]) -> [String: SettingsText.Value] {
        Dictionary(entries.map { ($0.name, $0.value) }) { first, _ in first }
    }
}
