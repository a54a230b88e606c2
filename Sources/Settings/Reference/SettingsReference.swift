/// The tables of all settings in `docs/configuration.md`, in Markdown. They are made from the declarations of the settings, as the
/// example is, so that neither can differ from the other or from what the plugin reads.
package enum SettingsReference {
    package static let text =
        SettingsSection.all.map { $0.referenceLines.joined(separator: "\n") }.joined(separator: "\n\n") + "\n"
}

extension SettingsSection {
    fileprivate var referenceLines: [String] {
        var lines = ["### `[\(name)]`"]
        if !help.isEmpty { lines += ["", help.inOneLine] }
        if !keys.isEmpty { lines += ["", "| key | default | meaning |", "| --- | --- | --- |"] + rows.map(\.line) }
        guard !openTables.isEmpty else { return lines }
        return lines + ["", "| table | key | value |", "| --- | --- | --- |"] + openTables.map(\.referenceLine)
    }

    /// The rows of the table. A key without words of its own is explained together with the key before it.
    private var rows: [Row] {
        keys.reduce(into: []) { rows, key in
            if key.help.isEmpty, !rows.isEmpty { rows[rows.count - 1].names.append(key.name) } else { rows.append(Row(key)) }
        }
    }

    private struct Row {
        var names: [String]
        let standard: String
        let meaning: String

        init(_ key: SettingKey) {
            names = [key.name]
            standard = key.standard ?? key.form.referenceText
            meaning = key.help.inOneLine
        }

        var line: String { "| \(names.map { "`\($0)`" }.joined(separator: ", ")) | \(standard) | \(meaning) |" }
    }
}

extension OpenTable {
    fileprivate var referenceLine: String { "| `\(header)` | \(keys) | \(help.inOneLine) |" }
}

extension SettingKey.Form {
    /// The default as the tables have it.
    fileprivate var referenceText: String {
        switch self {
        case .string(let text): text.map { "`\"\($0)\"`" } ?? "none"
        case .strings: "`[]`"
        case .flag(let flag): flag.map { "`\($0)`" } ?? "none"
        }
    }
}

extension String {
    fileprivate var inOneLine: String { split(separator: "\n").joined(separator: " ") }
}
