internal import Access
internal import Mattermost
internal import Watcher

extension SettingsReader {
    private static let folder = "/var/lib/teleport/plugins/mattermost"
    private static let times = Duration.seconds(1)...Duration.seconds(24 * 3600)

    mutating func teleport(decides: Bool) -> TeleportConfiguration? {
        let address = teleportAddress()
        let identity = identityFile()
        var configuration = TeleportConfiguration(
            address: address?.value ?? "", clientKey: string(.clientKey) ?? "\(Self.folder)/auth.key",
            clientCertificate: string(.clientCrt) ?? "\(Self.folder)/auth.crt",
            rootCAs: string(.rootCAs) ?? "\(Self.folder)/auth.cas")
        configuration.addressSetting = address?.key.name ?? SettingKey.addr.name
        configuration.identity = identity
        configuration.decides = decides
        configuration.refreshesIdentity = flag(.refreshIdentity) ?? true
        if let interval = parsed(.refreshIdentityInterval, { (value) throws(SettingFault) in try Self.time(value) }) {
            configuration.refreshInterval = interval
        }
        configuration.webAddress = parsed(.webAddr) { (value) throws(SettingFault) in
            guard let address = WebAddress.checked(value) else {
                throw SettingFault("is no address. Write teleport.example.com or teleport.example.com:3080.")
            }
            return address
        }
        return address.map { _ in configuration }
    }

    /// `addr`, or `auth_server`, its older name; both may be there if they say the same.
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
                "is \"\(newer)\", but auth_server (line \(text.line(of: .authServer))) is \"\(older)\". Remove auth_server, its older name."
            )
        }
        return newer.map { (.addr, $0) } ?? older.map { (.authServer, $0) }
    }

    /// Either this one or the three files of `tctl auth sign --format=tls`.
    private mutating func identityFile() -> String? {
        guard let identity = string(.identity) else { return nil }
        let others = [SettingKey.clientKey, .clientCrt, .rootCAs].filter { text.values[$0] != nil }
        guard !others.isEmpty else { return identity }
        let names = others.map { "\($0.name) (line \(text.line(of: $0)))" }.joined(separator: ", ")
        let list = others.map(\.name).joined(separator: ", ")
        report(
            .identity,
            "is set beside \(names), and only one of the two ways can be used. Comment out \(list) to use the identity file, or identity to use them."
        )
        return nil
    }

    private static func address(_ value: String) throws(SettingFault) -> String {
        do {
            return "\(try AuthAddress(parsing: value))"
        } catch {
            let words = error.message.replacing("addr ", with: "", maxReplacements: 1)
            throw SettingFault("\(OneLine.bounded(words, 300)).")
        }
    }

    static func time(_ value: String) throws(SettingFault) -> Duration {
        guard let time = GoDuration.parse(value), times.contains(time) else {
            throw SettingFault("\"\(OneLine.bounded(value, 64))\" is no time from 1s to 24h. Write it as 30s, 1m or 1h30m.")
        }
        return time
    }
}
