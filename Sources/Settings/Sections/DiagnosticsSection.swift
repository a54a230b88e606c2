internal import Base
package import CallbackServer

extension Settings {
    /// `[diagnostics]`: what the plugin tells the operator of itself, apart from the callback's port.
    package struct Diagnostics: Equatable, Sendable {
        /// The place of the socket for the commands `status` and `requests`.
        package enum Socket: Equatable, Sendable {
            /// In the state directory, if there is one.
            case automatic
            case off
            case path(String)
        }

        /// The address of the private port; nil if there is none.
        package var listen: ListenAddress? = .diagnostics
        /// Whether the plugin must listen there to run at all. The default address may be taken, for example by another plugin.
        package var isRequired: Bool { listen != .diagnostics }
        package var socket = Socket.automatic
    }
}

extension SettingsSection {
    static let diagnostics = SettingsSection(
        "diagnostics", isComment: true, keys: [.diagnosticsListenAddr, .diagnosticsSocket])
}

extension SettingKey {
    static let diagnosticsListenAddr = SettingKey(
        "diagnostics.listen_addr", .string(default: "127.0.0.1:8082"),
        help: """
            The address of the private port, plain HTTP: [metrics, the reasons for which the plugin is not ready, and what
            waits](monitoring.md#the-private-port). `off` for none. If the default is taken the plugin goes on without, with a
            warning; any other address must be free.
            """, effect: .restart)
    static let diagnosticsSocket = SettingKey(
        "diagnostics.socket", .string(default: "auto"),
        help: """
            The path of the Unix socket of the commands [`status`](monitoring.md#the-command-status) and `requests`, for root
            and the plugin's own user. `auto` is `control.sock` in systemd's state directory, or in
            `/var/lib/teleport-mattermost`, or in the user's runtime directory, whichever is there first. `off` for none.
            """, effect: .restart)
}

extension SettingsReader {
    mutating func diagnostics() -> Settings.Diagnostics {
        var diagnostics = Settings.Diagnostics()
        let listen = parsed(.diagnosticsListenAddr) { (value) throws(SettingFault) -> ListenAddress? in
            if value == "off" { return nil }
            guard let address = ListenAddress(value) else {
                throw SettingFault("is no address to listen on.", mend: "Write 127.0.0.1:8082, [::1]:8082 or off.")
            }
            return address
        }
        if let listen { diagnostics.listen = listen }
        let socket = parsed(.diagnosticsSocket) { (value) throws(SettingFault) -> Settings.Diagnostics.Socket in
            switch value {
            case "auto": return .automatic
            case "off": return .off
            case _ where value.hasPrefix("/") && value.utf8.count <= Settings.Diagnostics.longestPath: return .path(value)
            default:
                throw SettingFault(
                    "\"\(OneLine.bounded(value, 120))\" is no place for a socket.",
                    mend: "Write auto, off or a path of at most \(Settings.Diagnostics.longestPath) bytes that begins with '/'."
                )
            }
        }
        if let socket { diagnostics.socket = socket }
        return diagnostics
    }
}

extension Settings.Diagnostics {
    /// The longest path of a socket in bytes, from `sun_path` of unix(7) without its final zero.
    static let longestPath = 107
}

extension ListenAddress {
    /// The default of the private port: it can be reached from this machine alone.
    package static let diagnostics = ListenAddress(host: "127.0.0.1", port: 8082)
}
