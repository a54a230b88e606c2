/// A key of the configuration file: its name, the form of its value, its default, and the words that explain it.
///
/// Everything that is said about a key is derived from its declaration: the keys that a file may have, the one that a misspelt
/// name is near to, and the example that `configure` prints.
///
/// To add a setting, change four files:
///
/// 1. Its section in `Sources/Settings/Sections`. Declare the key,
///    `static let foo = SettingKey("messages.foo", .flag(default: false), help: "…")`, add it to the section's `keys`, give the
///    section's value a property for it, and read it in the section's method: `read(.foo, into: &messages.foo)`.
/// 2. The code that behaves differently by it. It gets the section's value, or the property, in its initializer.
/// 3. The section's tests in `Tests/SettingsTests`: that the value is taken, what is refused, and with which words.
/// 4. The tables of settings in `docs/configuration.md`.
///
/// `make example` then writes `config/teleport-mattermost.toml` anew. Tests fail where the example or the tables lack a key, or a
/// key's default is not what its property has. A new section is one file more: `SettingsSection.all` names it, and ``Settings``
/// holds its value.
struct SettingKey: Sendable {
    /// What kind of value a key has, with its default where it has one.
    enum Form: Hashable, Sendable {
        case string(default: String?)
        /// An array of strings, empty by default.
        case strings
        case flag(default: Bool?)
    }

    /// The names of the tables on the way to the key, and its own.
    let path: [String]
    let form: Form
    /// What the key is for, as comment lines above it in the example. Empty where the comment of the key before covers both.
    let help: String
    /// The value in the example; without it, the default.
    let example: String?
    /// A comment behind the value in the example.
    let remark: String?
    /// Whether the example has the key in force, for the operator to fill in, and not as a comment.
    let isInForce: Bool
    /// Whether only buttons need the key: the example has it empty, and it may stay so.
    let isForButtons: Bool

    /// - Parameter name: section and key, `section.key`.
    init(
        _ name: String, _ form: Form, help: String = "", example: String? = nil, remark: String? = nil,
        isInForce: Bool = false, isForButtons: Bool = false
    ) {
        path = name.split(separator: ".").map(String.init)
        self.form = form
        self.help = help
        self.example = example
        self.remark = remark
        self.isInForce = isInForce
        self.isForButtons = isForButtons
    }

    var section: String { path.first ?? "" }
    /// The name within its section, dots included.
    var name: String { path.dropFirst().joined(separator: ".") }
    /// As messages name the key.
    var title: String { "[\(section)] \(name)" }
}

extension SettingKey: Hashable, CustomStringConvertible {
    static func == (left: SettingKey, right: SettingKey) -> Bool { left.path == right.path }

    func hash(into hasher: inout Hasher) { hasher.combine(path) }

    var description: String { title }
}

extension SettingKey: CaseIterable {
    /// All keys, in the order of the example.
    static let allCases = SettingsSection.all.flatMap(\.keys)

    private static let byPath = Dictionary(allCases.map { ($0.path, $0) }) { first, _ in first }

    /// The key of this path, or nil if no setting has it.
    init?(path: [String]) {
        guard let key = Self.byPath[path] else { return nil }
        self = key
    }
}
