internal import Base

/// Suggests what the writer of an unknown key or section may have meant.
enum UnknownName {
    static func mend(for path: [String], isSection: Bool) -> String {
        isSection ? mendSection(path.joined(separator: ".")) : mendKey(path)
    }

    private static func mendSection(_ name: String) -> String {
        if let near = Spelling.nearest(to: name, among: SettingsSection.tableNames) { return "Did you mean [\(near)]?" }
        let names = SettingsSection.all.map { "[\($0.name)]" }
        return "The sections are \(names.dropLast().joined(separator: ", ")) and \(names.last ?? "")."
    }

    private static func mendKey(_ path: [String]) -> String {
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
}
