internal import Access
import Base
internal import CallbackServer
internal import Logging
internal import Mattermost

extension SettingsReader {
    mutating func http(hasButtons: Bool) -> Settings.HTTP {
        let mend = "Set it to the URL where Mattermost reaches this service, https://host:8081."
        let address = parsed(.publicAddr, isRequired: hasButtons ? mend : nil) { (value) throws(SettingFault) in
            try PublicAddress(value)
        }
        let listen = parsed(.listenAddr) { (value) throws(SettingFault) in
            guard let address = ListenAddress(value) else {
                throw SettingFault("is no address to listen on. Write :8081, 127.0.0.1:8081 or [::1]:8081.")
            }
            return address
        }
        let tls = keyPair()
        let given = basicAuth()
        if given != nil, address?.credentials != nil {
            report(.basicAuthUser, "public_addr has a user and password too. Remove one of the two.")
        }
        return Settings.HTTP(
            publicURL: address?.url, listen: listen ?? (hasButtons ? .everywhere : .loopback),
            isNeeded: hasButtons || listen != nil,
            tls: tls, basicAuth: given ?? address?.credentials,
            trustedProxies: ranges(.trustedProxies), allowedSources: ranges(.allowedSources))
    }

    private mutating func ranges(_ key: SettingKey) -> AddressRanges {
        let texts = strings(key) ?? []
        if texts.count > 64 { report(key, "names more than 64. Write ranges, \"10.0.0.0/8\".") }
        var ranges: [AddressRange] = []
        for text in texts.prefix(64) {
            if let range = AddressRange(text) {
                ranges.append(range)
            } else {
                let shown = OneLine.bounded(text, 64)
                report(key, "\"\(shown)\" is no address or range. Write \"192.0.2.1\", \"10.0.0.0/8\" or \"fd00::/8\".")
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
            guard !value.contains(":") else { throw SettingFault("has a ':', which no user name may have. Remove it.") }
            return value
        }
        let password = string(.basicAuthPassword)
        if let user, let password { return .init(user: user, password: Secret(password)) }
        if user != nil, text.values[.basicAuthPassword] == nil { reportAlone(.basicAuthUser, without: .basicAuthPassword) }
        if password != nil, text.values[.basicAuthUser] == nil { reportAlone(.basicAuthPassword, without: .basicAuthUser) }
        return nil
    }

    private mutating func reportAlone(_ key: SettingKey, without other: SettingKey) {
        report(key, "is set without \(other.name). Set both or neither.")
    }

    mutating func log() -> Settings.Log {
        let output = parsed(.output) { (value) throws(SettingFault) in
            switch value {
            case "stderr": return Settings.Log.Output.stderr
            case "stdout": return .stdout
            case _ where value.contains("/"): return .file(value)
            default:
                let shown = OneLine.bounded(value, 64)
                throw SettingFault("\"\(shown)\" is no output. Write stderr, stdout or the path of a file.")
            }
        }
        let severity = parsed(.severity) { (value) throws(SettingFault) in
            switch value.uppercased() {
            case "DEBUG": return Logger.Level.debug
            case "INFO": return .info
            case "WARN": return .warning
            case "ERROR": return .error
            default:
                throw SettingFault("\"\(OneLine.bounded(value, 64))\" is no severity. Write DEBUG, INFO, WARN or ERROR.")
            }
        }
        return Settings.Log(output: output ?? .stderr, severity: severity ?? .info)
    }
}

extension ListenAddress {
    fileprivate static let everywhere = ListenAddress(host: nil, port: 8081)
    /// Where nothing but the operator's probes has a reason to come.
    fileprivate static let loopback = ListenAddress(host: "127.0.0.1", port: 8081)
}

/// `[https://][user:password@]host[:port][/prefix]`
struct PublicAddress {
    let url: ServerURL
    let credentials: Settings.HTTP.BasicAuth?

    init(_ text: String) throws(SettingFault) {
        var (scheme, rest) = ("https", text[...])
        if let range = text.firstRange(of: "://") {
            (scheme, rest) = (String(text[..<range.lowerBound]), text[range.upperBound...])
        }
        let authority = rest.prefix { !"/?#".contains($0) }
        // "https//user:password@host" would be a host of that name, and a path that is printed.
        guard !rest[authority.endIndex...].unicodeScalars.contains("@"), !scheme.unicodeScalars.contains("@") else {
            throw SettingFault(
                "has an '@' outside of user:password@host. Write it as https://host:8081, and percent-encode an '@' as %40.")
        }
        let at = authority.lastIndex(of: "@")
        credentials = try at.map { (at) throws(SettingFault) in try Self.credentials(authority[..<at]) }
        if let at { rest = rest[rest.index(after: at)...] }
        do {
            url = try ServerURL("\(scheme)://\(rest)")
        } catch {
            throw SettingFault("\(error.description). Write it as https://host:8081, with a path where a proxy needs one.")
        }
    }

    private static func credentials(_ text: Substring) throws(SettingFault) -> Settings.HTTP.BasicAuth {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let user = percentDecoded(parts[0]), let password = percentDecoded(parts[1]),
            !user.isEmpty, !password.isEmpty, !user.contains(":")
        else { throw SettingFault("has credentials that are not user:password@, percent-encoded. Use basic_auth instead.") }
        return .init(user: user, password: Secret(password))
    }

    private static func percentDecoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            let code = rest.prefix(2)
            guard code.count == 2, let value = UInt8(Substring(code), radix: 16) else { return nil }
            rest = rest.dropFirst(2)
            bytes.append(value)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
