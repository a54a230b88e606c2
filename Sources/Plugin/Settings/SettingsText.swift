import Base
internal import Mattermost
internal import TOMLKit

/// A configuration file as text and as values with their lines, before anything is known of what they mean.
struct SettingsText {
    typealias Problem = SettingsError.Problem

    enum Value {
        case string(String)
        case strings([String])
        case flag(Bool)
        /// Something else, by the name that a person knows it by.
        case other(String)
    }

    struct Entry {
        var name: String
        var value: Value
        var line: Int
    }

    private(set) var values: [SettingKey: Value] = [:]
    /// What stands in the tables whose keys are the operator's, by table.
    private(set) var entries: [String: [Entry]] = [:]
    /// Unknown keys, and sections that are none.
    private(set) var problems: [Problem] = []
    private let lines: KeyLines

    init(_ bytes: [UInt8]) throws(SyntaxError) {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw SyntaxError(problem: Problem(text: "is not UTF-8 text."))
        }
        try Self.refuseNUL(text)
        lines = KeyLines(text)
        if let fault = lines.fault {
            throw SyntaxError(problem: Problem(line: fault.line, text: fault.text))
        }
        do {
            collect(try TOMLTable(string: text), at: [])
        } catch let error as TOMLParseError {
            throw SyntaxError(problem: Self.problem(error, in: text))
        } catch {
            throw SyntaxError(problem: Problem(text: "is not TOML."))
        }
    }

    func line(of key: SettingKey) -> Int { lines.line(of: key.path) }

    struct SyntaxError: Error {
        var problem: Problem
    }

    /// TOMLKit ends strings, and the text itself, at a NUL.
    private static func refuseNUL(_ text: String) throws(SyntaxError) {
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
        where line.utf8.contains(0) || line.contains("\\u0000") || line.contains("\\U00000000") {
            throw SyntaxError(problem: Problem(line: index + 1, text: "a NUL character stands here. Remove it."))
        }
    }

    private mutating func collect(_ table: TOMLTable, at path: [String]) {
        for name in table.keys {
            guard let value = table[name] else { continue }
            let inner = path + [name]
            let dotted = inner.joined(separator: ".")
            if SettingKey.openTables.contains(dotted), dotted.count(where: { $0 == "." }) == inner.count - 1 {
                if let table = value.table { collectEntries(table, at: inner) } else { noteNoTable(inner, value.type) }
            } else if SettingKey.tables.contains(dotted) {
                if let table = value.table { collect(table, at: inner) } else { noteNoTable(inner, value.type) }
            } else if let key = SettingKey(rawValue: dotted), key.path == inner {
                values[key] = Self.value(value)
            } else {
                noteUnknown(inner, isTable: value.type == .table)
            }
        }
    }

    private mutating func collectEntries(_ table: TOMLTable, at path: [String]) {
        entries[path.joined(separator: ".")] = table.keys.compactMap { name in
            table[name].map { Entry(name: name, value: Self.value($0), line: lines.line(of: path + [name])) }
        }
    }

    private mutating func noteNoTable(_ path: [String], _ type: TOMLType) {
        let name = path.joined(separator: ".")
        problems.append(
            Problem(line: lines.line(of: path), key: name, text: "is \(Self.name(of: type)). Make it a section: [\(name)]."))
    }

    private mutating func noteUnknown(_ path: [String], isTable: Bool) {
        let shown = path.map { OneLine.bounded($0, 64) }
        let isSection = isTable && (path.count == 1 || !SettingKey.tables.contains(path[0]))
        let dotted = shown.joined(separator: ".")
        let key = path.count == 1 || isSection ? dotted : "[\(shown[0])] \(shown[1...].joined(separator: "."))"
        let text = "is no \(isSection ? "section" : "key") of this file. \(Self.suggestion(for: path, isSection: isSection))"
        problems.append(Problem(line: lines.line(of: path), key: isSection ? "[\(key)]" : key, text: text))
    }

    private static func suggestion(for path: [String], isSection: Bool) -> String {
        if isSection {
            if let near = Spelling.nearest(
                to: path.joined(separator: "."), among: SettingKey.tables.union(SettingKey.openTables).sorted())
            {
                return "Did you mean [\(near)]?"
            }
            return
                "The sections are [teleport], [mattermost], [role_to_recipients], [approvals], [notify], [reminders], [messages], [http], [log] and [audit]."
        }
        let name = path.count == 1 ? path[0] : path[1...].joined(separator: ".")
        let own = SettingKey.allCases.filter { $0.section == path[0] }
        if let near = Spelling.nearest(to: name, among: own.map(\.name)) { return "Did you mean \(near)?" }
        if let other = SettingKey.allCases.first(where: { $0.name == name.lowercased() }) {
            return "It belongs in [\(other.section)]."
        }
        if let near = Spelling.nearest(to: name, among: SettingKey.allCases.map(\.name)),
            let other = SettingKey.allCases.first(where: { $0.name == near })
        {
            return "Did you mean \(near) in [\(other.section)]?"
        }
        return "Remove it."
    }

    private static func value(_ value: any TOMLValueConvertible) -> Value {
        if let text = value.string { return .string(text) }
        if let flag = value.bool { return .flag(flag) }
        guard let array = value.array else { return .other(name(of: value.type)) }
        let texts = array.compactMap { $0.string }
        return texts.count == array.count ? .strings(texts) : .other("an array of other things than strings")
    }

    static func name(of type: TOMLType) -> String {
        switch type {
        case .table: "a table"
        case .array: "an array"
        case .string: "a string"
        case .int: "an integer"
        case .double: "a number"
        case .bool: "a boolean"
        case .date: "a date"
        case .time: "a time"
        case .dateTime: "a date and time"
        }
    }

    /// The parser quotes what it stumbled over, which may be a piece of a secret.
    private static func problem(_ error: TOMLParseError, in text: String) -> Problem {
        let (line, column) = (error.source.begin.line, error.source.begin.column)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let source = lines.indices.contains(line - 1) ? lines[line - 1] : ""
        // A line of an array's strings does not say whose they are.
        let isOwn = source.contains("=") && !"\"'".contains(source.first { $0 != " " && $0 != "\t" } ?? " ")
        let isSafe = isOwn && !["token", "secret", "password", "public_addr"].contains { source.lowercased().contains($0) }
        let detail = isSafe ? ": \(OneLine.bounded(error.description, 200))" : ""
        return Problem(
            line: line, column: column, text: "this is not TOML\(detail). Strings stand in quotes, key = \"value\".")
    }
}
