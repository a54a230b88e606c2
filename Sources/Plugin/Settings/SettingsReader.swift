internal import Access
internal import Mattermost

/// Takes values out of a file's text and gathers what is wrong with them.
struct SettingsReader {
    let text: SettingsText
    private(set) var problems: [SettingsError.Problem]

    init(_ text: SettingsText) {
        self.text = text
        problems = text.problems
    }

    mutating func report(_ key: SettingKey, _ words: String) {
        problems.append(.init(line: text.line(of: key), key: key.title, text: words))
    }

    /// About an entry of a table whose keys are the operator's.
    mutating func report(_ entry: SettingsText.Entry, of table: String, _ words: String) {
        problems.append(.init(line: entry.line, key: "[\(table)] \(OneLine.bounded(entry.name, 64))", text: words))
    }

    /// Nil without a report when the key is not there; an empty string counts as not there for `isRequired`, and for
    /// what only buttons need.
    mutating func string(_ key: SettingKey, isRequired mend: String? = nil) -> String? {
        switch text.values[key] {
        case .string(let value) where !value.isEmpty:
            return value
        case .string where mend == nil && key.isOfButtons: break
        case .string:
            report(key, "is empty. \(mend ?? "Give it a value or remove the line.")")
        case .some(let value):
            report(key, "is \(value.name), not a string. Put the value in quotes.")
        case nil:
            if let mend { report(key, "is missing. \(mend)") }
        }
        return nil
    }

    /// False for an empty string, as `configure` prints it.
    func isFilledIn(_ key: SettingKey) -> Bool {
        switch text.values[key] {
        case nil: false
        case .string(let value): !value.isEmpty
        default: true
        }
    }

    /// Nil without a report when the key is not there.
    mutating func flag(_ key: SettingKey) -> Bool? {
        switch text.values[key] {
        case .flag(let value): return value
        case nil: return nil
        case .some(let value):
            report(key, "is \(value.name). Write true or false, without quotes.")
            return nil
        }
    }

    /// Nil without a report when the key is not there.
    mutating func strings(_ key: SettingKey) -> [String]? {
        switch text.values[key] {
        case .strings(let values): return values
        case nil: return nil
        case .some(let value):
            report(key, "is \(value.name), not an array of strings. Write [\"…\", \"…\"].")
            return nil
        }
    }

    /// A string that parses; what does not is reported with the parser's words.
    mutating func parsed<Value>(
        _ key: SettingKey, isRequired mend: String? = nil, _ parse: (String) throws(SettingFault) -> Value
    ) -> Value? {
        guard let value = string(key, isRequired: mend) else { return nil }
        do {
            return try parse(value)
        } catch {
            report(key, error.words)
            return nil
        }
    }

    /// A secret given as it is or, when it starts with a slash, as the path of a file that holds it.
    mutating func secret(
        _ key: SettingKey, isRequired mend: String?, _ check: (String) throws(SettingFault) -> Void
    ) -> String? {
        parsed(key, isRequired: mend) { (value) throws(SettingFault) in try Self.revealed(value, check) }
    }

    /// The secret that a value gives or names the file of.
    static func revealed(
        _ value: String, _ check: (String) throws(SettingFault) -> Void
    ) throws(SettingFault) -> String {
        let secret = value.hasPrefix("/") ? try SecretFile.read(value) : value
        do throws(SettingFault) {
            try check(secret)
        } catch {
            throw value.hasPrefix("/") ? SettingFault("the file \(OneLine.bounded(value, 200)): \(error.words)") : error
        }
        return secret
    }
}

extension SettingsText.Value {
    /// As a person knows it.
    var name: String {
        switch self {
        case .string: "a string"
        case .strings: "an array"
        case .flag: "a boolean"
        case .other(let name): name
        }
    }
}

/// What is wrong with a value, and the mend. Never holds a secret.
struct SettingFault: Error {
    var words: String

    init(_ words: String) { self.words = words }
}

enum SecretFile {
    /// Without the white space around it.
    static func read(_ path: String) throws(SettingFault) -> String {
        let name = "the file \(OneLine.bounded(path, 200))"
        let bytes: [UInt8]
        do {
            bytes = try BoundedFile.read(path, limit: 64 << 10)
        } catch {
            throw SettingFault("\(name) \(error.description)")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw SettingFault("\(name) is not UTF-8 text.") }
        let start = text.drop(while: \.isWhitespace)
        let end = start.lastIndex { !$0.isWhitespace }
        guard let end else { throw SettingFault("\(name) is empty.") }
        return String(start[...end])
    }
}
