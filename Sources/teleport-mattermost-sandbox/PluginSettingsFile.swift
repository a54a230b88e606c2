/// A configuration with which the plugin runs against this sandbox.
struct PluginSettingsFile {
    var authPort: Int
    var mattermostPort: Int
    var pluginPort: Int
    /// The plugin's private port; nil for none.
    var diagnosticsPort: Int?
    /// The path of the plugin's control socket; nil for none.
    var controlSocket: String?
    var token: String
    var files: SandboxFiles

    var text: String {
        """
        # Written by teleport-mattermost-sandbox: good for this sandbox only.
        [teleport]
        auth_server = "127.0.0.1:\(authPort)"
        client_key = \(quoted(files.path("auth.key")))
        client_crt = \(quoted(files.path("auth.crt")))
        root_cas = \(quoted(files.path("auth.cas")))

        [mattermost]
        url = "http://127.0.0.1:\(mattermostPort)"
        team = "acme"
        channel = "access-requests"
        token = \(quoted(token))
        secret = "\(Self.randomSecret())"

        [http]
        public_addr = "https://localhost:\(pluginPort)"
        listen_addr = "127.0.0.1:\(pluginPort)"
        https_key_file = \(quoted(files.path("server.key")))
        https_cert_file = \(quoted(files.path("server.crt")))

        [log]
        output = "stderr"
        severity = "INFO"

        [diagnostics]
        listen_addr = "\(diagnosticsPort.map { "127.0.0.1:\($0)" } ?? "off")"
        socket = "\(controlSocket ?? "off")"

        """
    }

    private static func randomSecret() -> String {
        var generator = SystemRandomNumberGenerator()
        return (0..<4).map { _ in
            let digits = String(generator.next(), radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }

    /// Returns the text as a TOML basic string.
    private func quoted(_ text: String) -> String {
        let escaped = text.unicodeScalars.map { scalar -> String in
            switch scalar {
            case "\"", "\\": "\\\(scalar)"
            case "\0"..<" ", "\u{7F}": "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
            default: String(scalar)
            }
        }
        return "\"\(escaped.joined())\""
    }
}
