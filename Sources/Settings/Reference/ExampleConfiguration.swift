/// The configuration that `configure` prints, made from the declarations of all settings. `config/teleport-mattermost.toml` has
/// the same text.
package enum ExampleConfiguration {
    package static let text =
        ([heading] + SettingsSection.all.map { $0.exampleLines.joined(separator: "\n") })
        .joined(separator: "\n\n") + "\n"

    private static let heading = """
        # The configuration of teleport-mattermost. Fill in the values that are empty here. `secret` and `public_addr` may stay
        # empty, both together: posts then have no buttons and link to Teleport.
        """
}

extension SettingsSection {
    /// The section's lines in the example.
    fileprivate var exampleLines: [String] {
        var lines: [String] = []
        // A section without keys consists of an open table of the same name, which writes the header itself.
        if !keys.isEmpty { lines += help.comment + [isComment ? "# [\(name)]" : "[\(name)]"] }
        return lines + keys.flatMap(\.exampleLines) + openTables.flatMap(\.exampleLines)
    }
}

extension OpenTable {
    fileprivate var exampleLines: [String] { help.comment + ["# \(header)"] + examples.map { "# \($0)" } }
}

extension SettingKey {
    fileprivate var exampleLines: [String] {
        let line = "\(isInForce ? "" : "# ")\(name) = \(example ?? form.defaultText)\(remark.map { " # \($0)" } ?? "")"
        return help.comment + [line]
    }
}

extension SettingKey.Form {
    /// The default as it is written in a file; an empty value if there is none.
    fileprivate var defaultText: String {
        switch self {
        case .string(let text): "\"\(text ?? "")\""
        case .strings: "[]"
        case .flag(let flag): "\(flag ?? false)"
        }
    }
}

extension String {
    /// The lines of an explanation as comment lines; none for an empty explanation.
    fileprivate var comment: [String] { isEmpty ? [] : withoutLinks.split(separator: "\n").map { "# \($0)" } }

    /// The text with the words of its Markdown links alone.
    private var withoutLinks: String {
        var parts = split(separator: "](", omittingEmptySubsequences: false)[...]
        var text = String(parts.removeFirst())
        for part in parts {
            guard let start = text.lastIndex(of: "["), let end = part.firstIndex(of: ")") else { return self }
            text.remove(at: start)
            text += part[part.index(after: end)...]
        }
        return text
    }
}
