/// A section of the configuration file, with its keys in the order of the example.
struct SettingsSection: Sendable {
    /// All sections, in the order of the example.
    static let all: [SettingsSection] = [
        .teleport, .mattermost, .approvals, .roleRecipients, .http, .posting, .notify, .reminders, .accessLists, .messages,
        .log, .audit, .diagnostics,
    ]

    let name: String
    /// The explanation of the section, which is printed as comment lines above its header in the example.
    let help: String
    /// Whether the example has the header as a comment, because no key below it is in force.
    let isComment: Bool
    let keys: [SettingKey]
    /// The tables whose keys the operator chooses. A table that has the section's own name is the section itself.
    let openTables: [OpenTable]

    init(
        _ name: String, help: String = "", isComment: Bool = false, keys: [SettingKey] = [], openTables: [OpenTable] = []
    ) {
        self.name = name
        self.help = help
        self.isComment = isComment
        self.keys = keys
        self.openTables = openTables
    }

    private static let openTables = Dictionary(
        all.flatMap(\.openTables).map { ($0.path, $0) }
    ) { first, _ in first }

    private static let tables = Set(
        all.filter { !$0.keys.isEmpty }.map { [$0.name] } + SettingKey.allCases.map { Array($0.path.dropLast()) })

    /// The names of all tables that a file may have.
    static let tableNames = (Array(tables) + Array(openTables.keys)).map { $0.joined(separator: ".") }.sorted()

    /// Returns whether a path leads to a table whose keys are settings.
    static func isTable(_ path: [String]) -> Bool { tables.contains(path) }

    /// Returns the table at this path whose keys the operator chooses; nil if there is none.
    static func openTable(at path: [String]) -> OpenTable? { openTables[path] }
}

/// A table that the settings are not the keys of: its keys are names that the operator chooses, such as roles or users, or it is
/// a list of tables.
struct OpenTable: Hashable, Sendable {
    let name: String
    /// Whether a file may have the table several times, `[[name]]`, as items of a list.
    let isList: Bool
    /// The words for the table's keys in `docs/configuration.md`.
    let keys: String
    /// Comment lines above the header in the example, and the meaning of the keys in `docs/configuration.md`.
    let help: String
    /// The lines below the header in the example, which has the whole table as a comment.
    let examples: [String]

    init(_ name: String, keys: String, isList: Bool = false, help: String, examples: [String]) {
        self.name = name
        self.keys = keys
        self.isList = isList
        self.help = help
        self.examples = examples
    }

    /// The table's header in a file.
    var header: String { isList ? "[[\(name)]]" : "[\(name)]" }

    var path: [String] { name.split(separator: ".").map(String.init) }
}
