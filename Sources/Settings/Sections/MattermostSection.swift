package import Access
package import Base
package import Mattermost
internal import Watcher

extension Settings {
    /// `[mattermost]` and `[role_to_recipients]`: the server, the bot, who is told, and what buttons are signed with.
    package struct Chat: Sendable {
        package var url: ServerURL
        /// A PEM file with the certificate authorities to trust instead of the system's; nil for the system's.
        package var caFile: String?
        /// The HTTP proxy through which the server is reached; nil for none.
        package var proxy: HTTPProxy?
        package var recipients: RecipientRules
        package var token: Secret<String>
        /// The secret that signs buttons; at least 16 bytes. It is nil only if posts have no buttons.
        package var secret: Secret<[UInt8]>?
        /// Earlier secrets: buttons that they signed still work, but no button is signed with them.
        package var previousSecrets: [Secret<[UInt8]>]
        /// Whether buttons that the original plugin made are accepted too.
        package var acceptsLegacySignatures: Bool
    }
}

extension SettingsSection {
    static let mattermost = SettingsSection(
        "mattermost",
        keys: [
            .url, .caFile, .mattermostProxy, .recipients, .team, .channel, .token, .secret, .previousSecrets,
            .acceptLegacySignatures,
        ])
}

extension SettingKey {
    static let url = SettingKey(
        "mattermost.url", .string(default: nil),
        help: """
            The address of the server: `https://chat.example.com`, or with a path where the server is installed under one.
            """, standard: "required",
        remark: #"e.g. "https://chat.example.com""#, isInForce: true, effect: .restart)
    static let caFile = SettingKey(
        "mattermost.ca_file", .string(default: nil),
        help: """
            PEM file of the authorities by which Mattermost's certificate is verified, instead of the system's trust store.
            """, standard: "the system's",
        example: #""/etc/teleport-mattermost/ca.pem""#, effect: .restart)
    static let mattermostProxy = SettingKey(
        "mattermost.proxy", .string(default: nil),
        help: """
            The HTTP proxy through which Mattermost is reached, `http://user:password@proxy.example.com:3128`, or a file with
            that address. Without it `HTTPS_PROXY` and `NO_PROXY` decide; `"none"` uses no proxy: see [proxies on the way
            out](operation.md#proxies-on-the-way-out).
            """, standard: "from the environment",
        example: #""http://proxy.example.com:3128""#, effect: .restart)
    static let recipients = SettingKey(
        "mattermost.recipients", .strings,
        help: """
            Who is told of every request. `"team/channel"` names a channel, by the names in its address
            `https://…/<team>/channels/<channel>` or by those that people see. `"name@example.com"` names a person, who gets a
            direct message.
            """,
        remark: #"e.g. ["engineering/access-requests", "ana@example.com"]"#, isInForce: true)
    static let team = SettingKey(
        "mattermost.team", .string(default: nil),
        help: """
            One more recipient, as older configurations write it: `town-square`, not `Town Square`.
            """,
        example: #""engineering""#)
    static let channel = SettingKey("mattermost.channel", .string(default: nil), example: #""access-requests""#)
    static let token = SettingKey(
        "mattermost.token", .string(default: nil),
        help: "The bot's access token, or a file with it.", standard: "required", isInForce: true)
    static let secret = SettingKey(
        "mattermost.secret", .string(default: nil),
        help: """
            The secret that signs the buttons, or a file with it; at least 16 bytes. It must be the same on every replica.
            `openssl rand -hex 32` makes one.
            """, standard: "required for buttons",
        isInForce: true, isForButtons: true)
    static let previousSecrets = SettingKey(
        "mattermost.previous_secrets", .strings,
        help: """
            Up to eight earlier secrets, or files with them. Buttons that they signed go on working; nothing is signed with
            them.
            """)
    static let acceptLegacySignatures = SettingKey(
        "mattermost.accept_legacy_signatures", .flag(default: false),
        help: """
            Whether buttons that the original plugin made work. Their signatures never expire and name neither channel nor
            cluster.
            """)
}

extension SettingsReader {
    /// Reads the sections. Without a URL or a token it reports that and returns nil.
    mutating func mattermost(hasButtons: Bool) -> Settings.Chat? {
        let url = parsed(.url, isRequired: "Set it to Mattermost's address, https://chat.example.com.") {
            (value) throws(SettingFault) in try Self.serverURL(value)
        }
        let caFile = authorities(.caFile)
        let proxy = url.flatMap { url in
            let isHTTPS = url.scheme == .https
            return self.proxy(.mattermostProxy, forHost: url.host, port: url.port ?? (isHTTPS ? 443 : 80), isHTTPS: isHTTPS)
        }
        let recipients = recipients()
        let token = secret(.token, isRequired: "Set it to the bot's access token, or to a file with it.", Self.checkToken)
        let secret = signingSecret(isRequired: hasButtons)
        let previous = previousSecrets()
        let acceptsLegacy = flag(.acceptLegacySignatures) ?? false
        guard let url, let token else { return nil }
        return Settings.Chat(
            url: url, caFile: caFile, proxy: proxy, recipients: recipients, token: Secret(token), secret: secret,
            previousSecrets: previous,
            acceptsLegacySignatures: acceptsLegacy)
    }

    private static func serverURL(_ value: String) throws(SettingFault) -> ServerURL {
        do {
            return try ServerURL(value)
        } catch {
            throw SettingFault(
                "\(error.description).", mend: "Write it as https://chat.example.com or https://example.com/chat.")
        }
    }

    private static func checkToken(_ token: String) throws(SettingFault) {
        guard token != "api-token" else {
            throw SettingFault("still is the placeholder.", mend: "Set it to the bot's access token.")
        }
        guard token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw SettingFault("has characters that no access token has.", mend: "Copy the bot's token again.")
        }
    }
}

extension Settings.Chat {
    /// The configuration of a client that calls the server as the bot.
    package var client: MattermostClient.Configuration {
        var configuration = MattermostClient.Configuration(url: url, token: token)
        configuration.caFile = caFile
        configuration.proxy = proxy
        return configuration
    }
}

extension Settings {
    /// The proxies through which servers are reached, as words for the operator. They name no user and no password.
    package var proxies: [(server: String, words: String)] {
        [("Teleport", teleport.proxy), ("Mattermost", mattermost.proxy)].compactMap { server, proxy in
            proxy.map { (server, "\($0), as \($0.source) says") }
        }
    }
}
