internal import Access
internal import Base
internal import Watcher

extension SettingsSection {
    static let teleport = SettingsSection(
        "teleport",
        keys: [
            .addr, .authServer, .clientKey, .clientCrt, .rootCAs, .identity, .refreshIdentity, .refreshIdentityInterval,
            .webAddr, .monitoringRules, .teleportProxy,
        ])
}

extension SettingKey {
    static let addr = SettingKey(
        "teleport.addr", .string(default: nil),
        help: """
            The address of the auth service, `host:port` (3025 when no port is given), or of a proxy of Teleport 8 or newer. The
            certificate is verified as `teleport.cluster.local`, so any name or address will do.
            """, standard: "required",
        remark: #"e.g. "auth.example.com:3025" or "teleport.example.com:443""#, isInForce: true, effect: .restart)
    /// The older name of `addr`.
    static let authServer = SettingKey(
        "teleport.auth_server", .string(default: nil),
        help: """
            The older name of `addr`. A file may have both only when they have the same value.
            """, effect: .restart)
    static let clientKey = SettingKey(
        "teleport.client_key", .string(default: "/var/lib/teleport/plugins/mattermost/auth.key"),
        help: "The private key, as `tctl auth sign --format=tls` writes it.",
        isInForce: true, effect: .restart)
    static let clientCrt = SettingKey(
        "teleport.client_crt", .string(default: "/var/lib/teleport/plugins/mattermost/auth.crt"),
        help: "The certificate.", isInForce: true,
        effect: .restart)
    static let rootCAs = SettingKey(
        "teleport.root_cas", .string(default: "/var/lib/teleport/plugins/mattermost/auth.cas"),
        help: "The cluster's CA certificates. No other CA is trusted for Teleport.", isInForce: true,
        effect: .restart)
    static let identity = SettingKey(
        "teleport.identity", .string(default: nil),
        help: """
            An identity file, as `tctl auth sign --out=identity` and `tbot` write it, instead of these three.
            """,
        example: #""/var/lib/teleport/plugins/mattermost/identity""#, effect: .restart)
    static let refreshIdentity = SettingKey(
        "teleport.refresh_identity", .flag(default: true),
        help: """
            Whether changed credential files are used at once. With `false` they are used at the next connection.
            """, effect: .restart)
    static let refreshIdentityInterval = SettingKey(
        "teleport.refresh_identity_interval", .string(default: "1m"),
        help: "How often the files are checked for changes.", effect: .restart)
    static let webAddr = SettingKey(
        "teleport.web_addr", .string(default: nil),
        help: """
            The address of Teleport's web UI, for the link in each post. Without it posts link only to clusters that report the
            feature `AdvancedAccessWorkflows`, because the web UI of the others has no page of a request.
            """, standard: "as Teleport tells",
        example: #""teleport.example.com""#, effect: .restart)
    static let teleportProxy = SettingKey(
        "teleport.proxy", .string(default: nil),
        help: "The HTTP proxy through which Teleport is reached, as in `[mattermost]`.", standard: "from the environment",
        example: #""http://proxy.example.com:3128""#, effect: .restart)
    static let monitoringRules = SettingKey(
        "teleport.monitoring_rules", .flag(default: true),
        help: """
            Whether the access monitoring rules of Teleport 15 and newer choose recipients: see [rules.md](rules.md).
            """, effect: .restart)
}

extension SettingsReader {
    /// Reads the section.
    ///
    /// - Parameter approvals: the way of decisions, on which the permissions depend that the plugin needs.
    /// - Returns: nil without an address, after that has been reported.
    mutating func teleport(_ approvals: Settings.Approving) -> TeleportConfiguration? {
        let address = teleportAddress()
        let identity = identityFile()
        var configuration = TeleportConfiguration(
            address: address?.value ?? "", clientKey: string(.clientKey) ?? "", clientCertificate: string(.clientCrt) ?? "",
            rootCAs: string(.rootCAs) ?? "")
        configuration.addressSetting = address?.key.name ?? SettingKey.addr.name
        configuration.identity = identity
        configuration.clicks.decide = approvals.hasButtons && approvals.method == .state
        // A server that is too old for such reviews does not need the permission, so it is not asked for where the plugin may
        // review as itself.
        configuration.clicks.reviewForUsers =
            approvals.hasButtons && approvals.method == .review && approvals.tellsTeleportUsers && !approvals.reviewsAsPlugin
        read(.refreshIdentity, into: &configuration.refreshesIdentity)
        read(.monitoringRules, into: &configuration.usesMonitoringRules)
        let interval = parsed(.refreshIdentityInterval) { (value) throws(SettingFault) in try GoDuration.checked(value) }
        if let interval { configuration.refreshInterval = interval }
        configuration.webAddress = parsed(.webAddr) { (value) throws(SettingFault) in
            guard let address = WebAddress.checked(value) else {
                throw SettingFault("is no address.", mend: "Write teleport.example.com or teleport.example.com:3080.")
            }
            return address
        }
        if let address, let auth = try? AuthAddress(address.value) {
            configuration.proxy = proxy(.teleportProxy, forHost: auth.host, port: auth.port)
        }
        return address.map { _ in configuration }
    }

    /// Reads `addr` or `auth_server`, its older name. A file may have both if they have the same value.
    private mutating func teleportAddress() -> (key: SettingKey, value: String)? {
        let hasAlias = text.values[.authServer] != nil
        let mend = "Set it to the address of the auth service, host:port, or of a proxy."
        let newer = parsed(.addr, isRequired: hasAlias && text.values[.addr] == nil ? nil : mend) {
            (value) throws(SettingFault) in try Self.address(value)
        }
        let older = parsed(.authServer, isRequired: hasAlias ? mend : nil) {
            (value) throws(SettingFault) in try Self.address(value)
        }
        if let newer, let older, newer != older {
            report(
                .addr,
                "is \"\(newer)\", but auth_server (line \(text.line(of: .authServer))) is \"\(older)\".",
                mend: "Remove auth_server, its older name.")
        }
        return newer.map { (.addr, $0) } ?? older.map { (.authServer, $0) }
    }

    /// Reads the identity file, which excludes the three files of `tctl auth sign --format=tls`.
    private mutating func identityFile() -> String? {
        guard let identity = string(.identity) else { return nil }
        let others = [SettingKey.clientKey, .clientCrt, .rootCAs].filter { text.values[$0] != nil }
        guard !others.isEmpty else { return identity }
        let names = others.map { "\($0.name) (line \(text.line(of: $0)))" }.joined(separator: ", ")
        let list = others.map(\.name).joined(separator: ", ")
        report(
            .identity,
            "is set beside \(names), and only one of the two ways can be used.",
            mend: "Comment out \(list) to use the identity file, or identity to use them.")
        return nil
    }

    private static func address(_ value: String) throws(SettingFault) -> String {
        do {
            return "\(try AuthAddress(value))"
        } catch {
            let words = "\"\(OneLine.bounded(value, 200))\": \(OneLine.bounded(error.words, 100))"
            throw SettingFault(words, mend: "\(error.mend).")
        }
    }
}
