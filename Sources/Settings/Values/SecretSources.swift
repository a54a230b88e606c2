/// The places of a configuration's secrets: the configuration file itself, or files that its values name.
package struct SecretSources: Equatable, Sendable {
    /// The files that are named as values in place of a secret.
    package var files: [String]
    /// Whether the configuration file holds a secret itself.
    package var isInline: Bool

    init(_ text: SettingsText) {
        var values: [String] = []
        for key in [SettingKey.token, .secret, .mattermostProxy, .teleportProxy] {
            if case .string(let value) = text.values[key] { values.append(value) }
        }
        if case .strings(let previous) = text.values[.previousSecrets] { values += previous }
        // The address of a proxy is a secret only if it has a password in it.
        values.removeAll { $0 == "none" || $0.hasPrefix("http://") && !$0.contains("@") }
        files = values.filter { $0.hasPrefix("/") }
        // A password cannot be in a file of its own, and an address can have credentials in it.
        isInline = values.contains { !$0.isEmpty && !$0.hasPrefix("/") } || text.values[.basicAuthPassword] != nil
        if case .string(let address) = text.values[.publicAddr], address.contains("@") { isInline = true }
    }
}
