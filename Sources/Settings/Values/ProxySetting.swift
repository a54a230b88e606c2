internal import ActionCrypto
internal import Base

extension SettingsReader {
    /// The value with which a setting says that a server is reached directly, whatever the environment names.
    private static let noProxy = "none"
    /// The largest size of a file of certificate authorities in bytes. A system's whole trust store has about a quarter of it.
    private static let authoritiesLimit = 1 << 20

    /// Reads the HTTP proxy for a server: that of the setting or else that of the environment. Nil if it is reached directly.
    mutating func proxy(_ key: SettingKey, forHost host: String, port: Int, isHTTPS: Bool = true) -> HTTPProxy? {
        guard text.values[key] == nil else {
            let proxy: HTTPProxy?? = parsed(key) { (value) throws(SettingFault) -> HTTPProxy? in
                guard value != Self.noProxy else { return nil }
                return try Self.proxy(try Self.revealed(value) { (_) throws(SettingFault) in }, key)
            }
            return proxy ?? nil
        }
        do {
            return try environment.proxy(forHost: host, port: port, isHTTPS: isHTTPS)
        } catch {
            let mend = "\(error.mend) Or set proxy = \"\(Self.noProxy)\" here to use none."
            report(key, SettingFault("is not set, and \(error.words)", mend: mend))
            return nil
        }
    }

    private static func proxy(_ value: String, _ key: SettingKey) throws(SettingFault) -> HTTPProxy {
        do {
            return try HTTPProxy(value, source: key.title)
        } catch {
            throw SettingFault(error.words, mend: error.mend)
        }
    }

    /// Reads the path of a file of certificate authorities, and checks that there are some in it.
    mutating func authorities(_ key: SettingKey) -> String? {
        parsed(key) { (path) throws(SettingFault) in
            try Self.checkAuthorities(path)
            return path
        }
    }

    private static func checkAuthorities(_ path: String) throws(SettingFault) {
        let name = "the file \(OneLine.bounded(path, 200))"
        let mend = "Name a PEM file with the certificates of the authorities."
        let bytes: [UInt8]
        do {
            bytes = try NamedFile.read(path, limit: authoritiesLimit)
        } catch {
            throw SettingFault("\(name) \(error.words)", mend: error.mend ?? mend)
        }
        guard let certificates = try? CertificateInfo.all(pem: bytes), !certificates.isEmpty else {
            throw SettingFault("\(name) has no certificate that can be read.", mend: mend)
        }
    }
}
