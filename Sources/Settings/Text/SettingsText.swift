internal import Base
internal import TOML

/// A configuration file as values with their lines, before the values are interpreted.
struct SettingsText {
    typealias Problem = SettingsError.Problem

    /// A value by its type. Settings are strings, arrays of strings, and booleans.
    enum Value: Equatable {
        case string(String)
        case strings([String])
        case flag(Bool)
        /// A value of a type that no setting has, such as "a date". The string is the type's name in messages.
        case other(String)
    }

    /// A key that the operator chose, such as a role or a user, with its value.
    struct Entry: Equatable {
        var name: String
        var value: Value
        var line: Int
    }

    /// An item of a list of tables.
    struct Item {
        var line: Int
        var entries: [Entry]
    }

    private(set) var values: [SettingKey: Value] = [:]
    /// The entries of the tables whose keys the operator chooses.
    private(set) var entries: [OpenTable: [Entry]] = [:]
    /// The items of the tables that are lists.
    private(set) var lists: [OpenTable: [Item]] = [:]
    /// Unknown keys and sections, and sections that are not tables.
    private(set) var problems: [Problem] = []
    /// The line of each known key and section that the file has.
    private var lines: [[String]: Int] = [:]

    init(_ bytes: [UInt8]) throws(SyntaxError) {
        let table: TOMLTable
        do {
            table = try TOMLTable(parsing: bytes)
        } catch {
            throw SyntaxError(problem: Self.problem(error))
        }
        try Self.refuseNUL(in: table)
        collect(table, at: [])
    }

    /// Returns the line of a key. If the file does not have the key, that is the line of its section, or 1 without such a
    /// section.
    func line(of key: SettingKey) -> Int {
        for length in stride(from: key.path.count, to: 0, by: -1) {
            if let line = lines[Array(key.path.prefix(length))] { return line }
        }
        return 1
    }

    /// The error of a file that is not TOML, or that has a NUL character.
    struct SyntaxError: Error {
        var problem: Problem
    }

    private mutating func collect(_ table: TOMLTable, at path: [String]) {
        for entry in table.entries {
            let inner = path + [entry.name]
            if let table = SettingsSection.openTable(at: inner) {
                lines[inner] = entry.position.line
                if table.isList {
                    collectItems(entry, of: table)
                } else if let content = content(of: entry, at: inner) {
                    entries[table, default: []] += entries(in: content, of: table)
                }
            } else if SettingsSection.isTable(inner) {
                lines[inner] = entry.position.line
                if let content = content(of: entry, at: inner) { collect(content, at: inner) }
            } else if let key = SettingKey(path: inner) {
                lines[inner] = entry.position.line
                values[key] = Value(entry.value.kind)
            } else {
                reportUnknown(entry, at: inner)
            }
        }
    }

    private mutating func collectItems(_ entry: TOMLTable.Entry, of table: OpenTable) {
        guard case .array(let values) = entry.value.kind else {
            let fault = SettingFault("is \(Value(entry.value.kind).name), not a list.", mend: "Write \(table.header).")
            return problems.append(Problem(line: entry.position.line, key: table.name, fault: fault))
        }
        for value in values {
            if case .table(let content) = value.kind {
                lists[table, default: []].append(
                    Item(line: value.position.line, entries: entries(in: content, of: table)))
            } else {
                let fault = SettingFault("has \(Value(value.kind).name) in it.", mend: "Write \(table.header).")
                problems.append(Problem(line: value.position.line, key: table.name, fault: fault))
            }
        }
    }

    private mutating func entries(in content: TOMLTable, of table: OpenTable) -> [Entry] {
        var names: Set<String> = []
        var entries: [Entry] = []
        for entry in content.entries {
            // TOML tells names apart by their bytes, but roles and users are compared as characters.
            if !names.insert(entry.name).inserted {
                problems.append(
                    Problem(
                        line: entry.position.line, key: "\(table.header) \(OneLine.bounded(entry.name, 64))",
                        fault: SettingFault(
                            "stands there twice, written with different characters that look alike.", mend: "Remove one.")))
            }
            entries.append(Entry(name: entry.name, value: Value(entry.value.kind), line: entry.position.line))
        }
        return entries
    }

    private mutating func content(of entry: TOMLTable.Entry, at path: [String]) -> TOMLTable? {
        if case .table(let table) = entry.value.kind { return table }
        let name = path.joined(separator: ".")
        problems.append(
            Problem(
                line: entry.position.line, key: name,
                fault: SettingFault("is \(Value(entry.value.kind).name).", mend: "Make it a section: [\(name)].")))
        return nil
    }

    private mutating func reportUnknown(_ entry: TOMLTable.Entry, at path: [String]) {
        let shown = path.map { OneLine.bounded($0, 64) }
        var isTable = false
        if case .table = entry.value.kind { isTable = true }
        let isSection = isTable && (path.count == 1 || !SettingsSection.isTable([path[0]]))
        let dotted = shown.joined(separator: ".")
        let key = path.count == 1 || isSection ? dotted : "[\(shown[0])] \(shown[1...].joined(separator: "."))"
        let mend = UnknownName.mend(for: path, isSection: isSection)
        problems.append(
            Problem(
                line: entry.position.line, key: isSection ? "[\(key)]" : key,
                fault: SettingFault("is no \(isSection ? "section" : "key") of this file.", mend: mend)))
    }

    /// Refuses NUL characters in names and values, because paths, header fields and the servers' SQL end at one.
    private static func refuseNUL(in table: TOMLTable) throws(SyntaxError) {
        for entry in table.entries {
            if entry.name.utf8.contains(0) { throw nulError(at: entry.position) }
            try refuseNUL(in: entry.value)
        }
    }

    private static func refuseNUL(in value: TOMLValue) throws(SyntaxError) {
        switch value.kind {
        case .string(let text) where text.utf8.contains(0): throw nulError(at: value.position)
        case .array(let values): for value in values { try refuseNUL(in: value) }
        case .table(let table): try refuseNUL(in: table)
        default: break
        }
    }

    private static func nulError(at position: TOMLPosition) -> SyntaxError {
        let fault = SettingFault("a NUL character stands here.", mend: "Remove it.")
        return SyntaxError(problem: Problem(line: position.line, column: position.column, fault: fault))
    }

    private static func problem(_ error: TOMLError) -> Problem {
        let kind = error.code == .limit ? "" : "this is not TOML: "
        return Problem(
            line: error.position.line, column: error.position.column,
            fault: SettingFault("\(kind)\(error.message).", mend: error.mend))
    }
}

extension SettingsText.Value {
    fileprivate init(_ kind: TOMLValue.Kind) {
        switch kind {
        case .string(let text): self = .string(text)
        case .boolean(let flag): self = .flag(flag)
        case .integer: self = .other("an integer")
        case .float: self = .other("a number")
        case .date(.localDate, _): self = .other("a date")
        case .date(.localTime, _): self = .other("a time")
        case .date: self = .other("a date and time")
        case .table: self = .other("a table")
        case .array(let values):
            let texts = values.compactMap { value -> String? in
                guard case .string(let text) = value.kind else { return nil }
                return text
            }
            self = texts.count == values.count ? .strings(texts) : .other("an array of other things than strings")
        }
    }

    /// The name of the value's type in messages.
    var name: String {
        switch self {
        case .string: "a string"
        case .strings: "an array"
        case .flag: "a boolean"
        case .other(let name): name
        }
    }
}
