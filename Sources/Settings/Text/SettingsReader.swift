internal import Base

/// Takes the values of a configuration file and collects everything that is wrong with them.
///
/// A section's file in `Sections` extends this type with the method that reads the section.
struct SettingsReader {
    let text: SettingsText
    /// The proxies that the environment names, for servers whose proxy the file does not name.
    let environment: ProxyEnvironment
    private(set) var problems: [SettingsError.Problem]

    init(_ text: SettingsText, environment: ProxyEnvironment = .none) {
        self.text = text
        self.environment = environment
        problems = text.problems
    }

    /// Reports a problem with a key.
    mutating func report(_ key: SettingKey, _ fault: SettingFault) {
        problems.append(.init(line: text.line(of: key), key: key.title, fault: fault))
    }

    mutating func report(_ key: SettingKey, _ words: String, mend: String) {
        report(key, SettingFault(words, mend: mend))
    }

    /// Reports a problem with an entry of a table whose keys the operator chooses.
    mutating func report(_ entry: SettingsText.Entry, of table: OpenTable, _ fault: SettingFault) {
        problems.append(.init(line: entry.line, key: "\(table.header) \(OneLine.bounded(entry.name, 64))", fault: fault))
    }

    /// Reports a problem with an item of a list of tables.
    mutating func report(_ item: SettingsText.Item, of table: OpenTable, _ words: String, mend: String) {
        problems.append(.init(line: item.line, key: table.header, fault: SettingFault(words, mend: mend)))
    }

    mutating func report(_ entry: SettingsText.Entry, of table: OpenTable, _ words: String, mend: String) {
        report(entry, of: table, SettingFault(words, mend: mend))
    }

    /// Returns the key's string or, if the file does not have the key, its default.
    ///
    /// An empty string is reported, except for a key that only buttons need, because `configure` prints those empty.
    /// - Parameter mend: the sentence that says what to write. With it, the key is required and its absence is reported.
    mutating func string(_ key: SettingKey, isRequired mend: String? = nil) -> String? {
        switch text.values[key] {
        case .string(let value) where !value.isEmpty:
            return value
        case .string where mend == nil && key.isForButtons: break
        case .string:
            report(key, "is empty.", mend: mend ?? "Give it a value or remove the line.")
        case .some(let value):
            report(key, "is \(value.name), not a string.", mend: "Put the value in quotes.")
        case nil:
            if let mend { report(key, "is missing.", mend: mend) }
            if case .string(let value?) = key.form { return value }
        }
        return nil
    }

    /// Returns whether the file gives the key a value. An empty string, as `configure` prints it, is none.
    func isFilledIn(_ key: SettingKey) -> Bool {
        switch text.values[key] {
        case nil: false
        case .string(let value): !value.isEmpty
        default: true
        }
    }

    /// Returns the key's boolean or, if the file does not have the key, its default.
    mutating func flag(_ key: SettingKey) -> Bool? {
        switch text.values[key] {
        case .flag(let value): return value
        case .some(let value): report(key, "is \(value.name).", mend: "Write true or false, without quotes.")
        case nil:
            if case .flag(let value?) = key.form { return value }
        }
        return nil
    }

    /// Puts the key's boolean, or its default, into a property.
    mutating func read(_ key: SettingKey, into property: inout Bool) {
        if let value = flag(key) { property = value }
    }

    /// Returns the key's strings; none if the file does not have the key.
    mutating func strings(_ key: SettingKey) -> [String] {
        switch text.values[key] {
        case .strings(let values): return values
        case .some(let value): report(key, "is \(value.name), not an array of strings.", mend: "Write [\"…\", \"…\"].")
        case nil: break
        }
        return []
    }

    /// Returns the parsed value of the key's string, or of its default. A string that cannot be parsed is reported with the
    /// parser's words.
    mutating func parsed<Value>(
        _ key: SettingKey, isRequired mend: String? = nil, _ parse: (String) throws(SettingFault) -> Value
    ) -> Value? {
        guard let value = string(key, isRequired: mend) else { return nil }
        do {
            return try parse(value)
        } catch {
            report(key, error)
            return nil
        }
    }

    /// Puts the key's choice among a few words, or its default, into a property.
    mutating func read<Choice: RawRepresentable<String> & CaseIterable>(_ key: SettingKey, into property: inout Choice) {
        let choice = parsed(key) { (value) throws(SettingFault) in
            if let choice = Choice(rawValue: value) { return choice }
            let words = Choice.allCases.map(\.rawValue)
            let list = "\(words.dropLast().joined(separator: ", ")) or \(words.last ?? "")"
            throw SettingFault("is \"\(OneLine.bounded(value, 64))\".", mend: "Write \(list).")
        }
        if let choice { property = choice }
    }

    /// Returns the secret that the value is or, if the value starts with a slash, the secret in the file that it names.
    mutating func secret(
        _ key: SettingKey, isRequired mend: String?, _ check: (String) throws(SettingFault) -> Void
    ) -> String? {
        parsed(key, isRequired: mend) { (value) throws(SettingFault) in try Self.revealed(value, check) }
    }

    /// Returns the secret that a value is, or that is in the file that the value names, after it has been checked.
    static func revealed(
        _ value: String, _ check: (String) throws(SettingFault) -> Void
    ) throws(SettingFault) -> String {
        let secret = value.hasPrefix("/") ? try SecretFile.read(value) : value
        do throws(SettingFault) {
            try check(secret)
        } catch {
            guard value.hasPrefix("/") else { throw error }
            throw SettingFault("the file \(OneLine.bounded(value, 200)): \(error.words)", mend: error.mend)
        }
        return secret
    }
}
