/// A key of the configuration file: its name, the form of its value, its default, and the words that explain it.
///
/// All texts about a key are made from its declaration: the list of keys that a file may have, the suggestion for a misspelt
/// name, and the example that `configure` prints.
///
/// To add a setting, change three files:
///
/// 1. Its section in `Sources/Settings/Sections`. Declare the key,
///    `static let foo = SettingKey("messages.foo", .flag(default: false), help: "…")`, add it to the section's `keys`, give the
///    section's value a property for it, and read it in the section's method: `read(.foo, into: &messages.foo)`. If a running
///    plugin cannot take a new value over, declare it with `effect: .restart` and see `Sources/Settings/Reload`.
/// 2. The code whose behavior depends on it. Its initializer takes the section's value, or the property.
/// 3. The section's tests in `Tests/SettingsTests`: that the value is taken, what is refused, and with which words.
///
/// `make example` then writes `config/teleport-mattermost.toml` and the tables of `docs/configuration.md` anew. Tests fail if
/// either differs from the declarations, or if a key's default is not that of its property. A new section is one more file:
/// `SettingsSection.all` names it, and ``Settings`` holds its value.
struct SettingKey: Sendable {
    /// The type of a key's value, with its default if it has one.
    enum Form: Hashable, Sendable {
        case string(default: String?)
        /// An array of strings, empty by default.
        case strings
        case flag(default: Bool?)
    }

    /// What has to happen before a changed value is used.
    enum Effect: Sendable {
        /// A reload (SIGHUP), without a restart.
        case reload
        case restart
    }

    /// The names of the tables that lead to the key, and its own name.
    let path: [String]
    let form: Form
    /// The explanation of the key, in Markdown. It is printed as comment lines above the key in the example, and in the tables of
    /// `docs/configuration.md`. It is empty if the explanation of the key before covers both.
    let help: String
    /// The default in words, for the table in the documents; if nil, the default of ``form`` is printed.
    let standard: String?
    /// The value in the example; if nil, the default is printed.
    let example: String?
    /// A comment behind the value in the example.
    let remark: String?
    /// Whether the example has the key as a value for the operator to fill in, and not as a comment.
    let isInForce: Bool
    /// Whether the key is needed only for buttons. The example has it empty, and it may stay so.
    let isForButtons: Bool
    /// What has to happen before a changed value is used. `Settings.keeping(from:)` has to agree with it.
    let effect: Effect

    /// Declares a key.
    ///
    /// - Parameter name: section and key, as `section.key`.
    init(
        _ name: String, _ form: Form, help: String = "", standard: String? = nil, example: String? = nil,
        remark: String? = nil,
        isInForce: Bool = false, isForButtons: Bool = false, effect: Effect = .reload
    ) {
        path = name.split(separator: ".").map(String.init)
        self.form = form
        self.help = help
        self.standard = standard
        self.example = example
        self.remark = remark
        self.isInForce = isInForce
        self.isForButtons = isForButtons
        self.effect = effect
    }

    /// The name of the key's section.
    var section: String { path.first ?? "" }
    /// The key's name within its section, including dots.
    var name: String { path.dropFirst().joined(separator: ".") }
    /// The key's name in messages, such as `[http] public_addr`.
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
