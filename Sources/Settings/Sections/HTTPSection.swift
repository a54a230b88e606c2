package import Base
package import CallbackServer
package import Mattermost

extension Settings {
    /// `[http]`: the callback server, to which Mattermost sends clicks.
    package struct HTTP: Sendable {
        /// The paths of the server's key and certificate, both as PEM.
        package struct KeyPair: Equatable, Sendable {
            package var keyFile: String
            package var certificateFile: String

            package init(keyFile: String, certificateFile: String) {
                self.keyFile = keyFile
                self.certificateFile = certificateFile
            }
        }

        /// The user and password that a click must carry.
        package struct BasicAuth: Sendable {
            package var user: String
            package var password: Secret<String>
        }

        /// The address at which Mattermost reaches the callback server. Its path is a prefix that a proxy may or may not
        /// remove. It is nil only if posts have no buttons.
        package var publicURL: ServerURL?
        /// The address that the server listens on.
        package var listen: ListenAddress
        /// Whether the plugin must listen on `listen` to run at all.
        package var isNeeded = true
        /// The key and certificate of the server; nil if the plugin makes a self-signed pair.
        package var tls: KeyPair?
        /// The credentials that a click must carry; nil if it needs none.
        package var basicAuth: BasicAuth?
        /// The proxies whose `X-Forwarded-For` is believed.
        package var trustedProxies = AddressRanges()
        /// The addresses from which clicks are taken; empty if they are taken from everywhere.
        package var allowedSources = AddressRanges()
    }
}

extension CallbackServer.Admission {
    package init(_ settings: Settings.HTTP) {
        self.init(
            basicAuth: settings.basicAuth.map { BasicAuth(user: $0.user, password: $0.password) },
            trustedProxies: settings.trustedProxies, allowedSources: settings.allowedSources)
    }
}

extension SettingsSection {
    static let http = SettingsSection(
        "http",
        keys: [
            .publicAddr, .listenAddr, .httpsKeyFile, .httpsCertFile, .basicAuthUser, .basicAuthPassword, .trustedProxies,
            .allowedSources,
        ])
}

extension SettingKey {
    static let publicAddr = SettingKey(
        "http.public_addr", .string(default: nil),
        help: """
            The URL at which Mattermost reaches the plugin; `https://` is assumed. It may contain `user:password@`, as another
            way to write `basic_auth`.
            """, standard: "required for buttons",
        remark: #"e.g. "https://access.example.com:8081""#, isInForce: true, isForButtons: true, effect: .restart)
    static let listenAddr = SettingKey(
        "http.listen_addr", .string(default: nil),
        help: """
            The address to listen on, `[address]:port`; without an address, all of the machine's. Where posts have no buttons
            the default is `127.0.0.1:8081`, for health probes, and the plugin runs without a listener where that port is taken.
            """, standard: "`:8081`", example: #"":8081""#,
        effect: .restart)
    static let httpsKeyFile = SettingKey(
        "http.https_key_file", .string(default: nil),
        help: """
            Key and certificate chain of the listener, PEM. Without them a pair is made in
            `/var/lib/teleport/plugins/mattermost/`, with a warning.
            """, standard: "a self-signed pair",
        example: #""/var/lib/teleport/plugins/mattermost/server.key""#)
    static let httpsCertFile = SettingKey(
        "http.https_cert_file", .string(default: nil), example: #""/var/lib/teleport/plugins/mattermost/server.crt""#)
    static let basicAuthUser = SettingKey(
        "http.basic_auth.user", .string(default: nil),
        help: "User and password that the buttons' route demands, besides the signature.")
    static let basicAuthPassword = SettingKey("http.basic_auth.password", .string(default: nil))
    static let trustedProxies = SettingKey(
        "http.trusted_proxies", .strings,
        help: """
            Addresses or ranges (`"10.0.0.0/8"`) of the proxies in front of the listener. Their `X-Forwarded-For` says where a
            callback comes from, for the limits and the audit. From other addresses the header is ignored.
            """,
        example: #"["10.0.0.0/8", "::1"]"#)
    static let allowedSources = SettingKey(
        "http.allowed_sources", .strings,
        help: """
            Addresses or ranges from which clicks and dialogs are accepted: those of all Mattermost nodes, as the plugin sees
            them or as a trusted proxy's `X-Forwarded-For` names them. Other addresses get an empty 403. When the list is empty,
            clicks from every address are examined. `/healthz` and `/readyz` stay open.
            """,
        example: #"["10.0.0.5", "10.1.0.0/16"]"#)
}

extension SettingsReader {
    /// Reads the section.
    ///
    /// - Parameter hasButtons: whether posts have buttons, for which the public address is required.
    mutating func http(hasButtons: Bool) -> Settings.HTTP {
        let mend = "Set it to the URL where Mattermost reaches this service, https://host:8081."
        let address = parsed(.publicAddr, isRequired: hasButtons ? mend : nil) { (value) throws(SettingFault) in
            try PublicAddress(value)
        }
        let listen = parsed(.listenAddr) { (value) throws(SettingFault) in
            guard let address = ListenAddress(value) else {
                throw SettingFault("is no address to listen on.", mend: "Write :8081, 127.0.0.1:8081 or [::1]:8081.")
            }
            return address
        }
        let tls = keyPair()
        let given = basicAuth()
        if given != nil, address?.credentials != nil {
            report(.basicAuthUser, "public_addr has a user and password too.", mend: "Remove one of the two.")
        }
        return Settings.HTTP(
            publicURL: address?.url, listen: listen ?? (hasButtons ? .everywhere : .loopback),
            isNeeded: hasButtons || listen != nil,
            tls: tls, basicAuth: given ?? address?.credentials,
            trustedProxies: ranges(.trustedProxies), allowedSources: ranges(.allowedSources))
    }

    private mutating func ranges(_ key: SettingKey) -> AddressRanges {
        let texts = strings(key)
        if texts.count > 64 { report(key, "names more than 64.", mend: "Write ranges, \"10.0.0.0/8\".") }
        var ranges: [AddressRange] = []
        for text in texts.prefix(64) {
            if let range = AddressRange(text) {
                ranges.append(range)
            } else {
                let shown = OneLine.bounded(text, 64)
                report(
                    key, "\"\(shown)\" is no address or range.", mend: "Write \"192.0.2.1\", \"10.0.0.0/8\" or \"fd00::/8\".")
            }
        }
        return AddressRanges(ranges)
    }

    private mutating func keyPair() -> Settings.HTTP.KeyPair? {
        let key = string(.httpsKeyFile)
        let certificate = string(.httpsCertFile)
        if let key, let certificate { return .init(keyFile: key, certificateFile: certificate) }
        if key != nil, text.values[.httpsCertFile] == nil { reportAlone(.httpsKeyFile, without: .httpsCertFile) }
        if certificate != nil, text.values[.httpsKeyFile] == nil { reportAlone(.httpsCertFile, without: .httpsKeyFile) }
        return nil
    }

    private mutating func basicAuth() -> Settings.HTTP.BasicAuth? {
        let user = parsed(.basicAuthUser) { (value) throws(SettingFault) in
            guard !value.contains(":") else {
                throw SettingFault("has a ':', which no user name may have.", mend: "Remove it.")
            }
            return value
        }
        let password = string(.basicAuthPassword)
        if let user, let password { return .init(user: user, password: Secret(password)) }
        if user != nil, text.values[.basicAuthPassword] == nil { reportAlone(.basicAuthUser, without: .basicAuthPassword) }
        if password != nil, text.values[.basicAuthUser] == nil { reportAlone(.basicAuthPassword, without: .basicAuthUser) }
        return nil
    }

    private mutating func reportAlone(_ key: SettingKey, without other: SettingKey) {
        report(key, "is set without \(other.name).", mend: "Set both or neither.")
    }
}

extension ListenAddress {
    /// The default if posts have buttons.
    fileprivate static let everywhere = ListenAddress(host: nil, port: 8081)
    /// The default if posts have no buttons, so that only health probes reach the server.
    fileprivate static let loopback = ListenAddress(host: "127.0.0.1", port: 8081)
}
