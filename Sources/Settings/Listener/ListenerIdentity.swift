internal import Access
package import ActionCrypto
internal import Glibc
package import Logging
import Mattermost

/// The listener's certificate and key: the configured pair, or a self-signed one that is made once.
package enum ListenerIdentity {
    package static let folder = "/var/lib/teleport/plugins/mattermost"
    /// The largest size of a file in bytes, far above that of any certificate chain.
    private static let fileLimit = 1 << 20

    /// Whether an earlier start has made the self-signed pair.
    package static var hasSelfSigned: Bool { hasPair(selfSigned(in: folder)) }

    private static func selfSigned(in folder: String) -> Settings.HTTP.KeyPair {
        .init(keyFile: "\(folder)/self-signed.key", certificateFile: "\(folder)/self-signed.crt")
    }

    private static func hasPair(_ pair: Settings.HTTP.KeyPair) -> Bool {
        access(pair.keyFile, F_OK) == 0 && access(pair.certificateFile, F_OK) == 0
    }

    /// Reads the configured pair, or the self-signed one, which is made first if it does not exist.
    ///
    /// - Parameter served: the pair that is served now. OpenSSL has accepted it, so files that still hold it are not tried again:
    ///   that costs a hundred times as much as reading them.
    package static func load(
        _ settings: Settings.HTTP, served: TLSIdentity? = nil, logger: Logger, folder: String = folder
    ) throws -> TLSIdentity {
        if let pair = settings.tls {
            let identity = try read(pair, keySetting: "`https_key_file` in `[http]`", "`https_cert_file` in `[http]`")
            if let served, identity.isSame(as: served) { return served }
            return try tried(identity, of: pair)
        }
        guard let publicURL = settings.publicURL else {
            // Only health probes call this listener, so the pair need not be kept.
            logger.info("No https_key_file and https_cert_file in [http]: the health probes get a temporary certificate")
            return try SelfSigned.identity(names: ["localhost"])
        }
        let pair = selfSigned(in: folder)
        if !hasPair(pair) { try make(pair, for: publicURL.host, in: folder) }
        logger.warning(
            """
            No https_key_file and https_cert_file in [http]: serving the self-signed certificate \(pair.certificateFile). \
            Mattermost refuses it unless it is told to trust it; configure a certificate of your own.
            """)
        return try tried(read(pair, keySetting: "the self-signed key", "the self-signed certificate"), of: pair)
    }

    private static func read(
        _ pair: Settings.HTTP.KeyPair, keySetting: String, _ certificateSetting: String
    ) throws -> TLSIdentity {
        func bytes(_ path: String, _ setting: String) throws -> [UInt8] {
            do {
                return try NamedFile.read(path, limit: fileLimit)
            } catch {
                let mend = error.code == .missing ? "Name the file that holds it, or put it there." : error.mend
                throw SettingFault("\(setting): \(path) \(error.words)", mend: mend)
            }
        }
        return TLSIdentity(
            certificateChain: try bytes(pair.certificateFile, certificateSetting),
            privateKey: Secret(try bytes(pair.keyFile, keySetting)))
    }

    /// Returns the pair if OpenSSL can serve it.
    private static func tried(_ identity: TLSIdentity, of pair: Settings.HTTP.KeyPair) throws -> TLSIdentity {
        do {
            _ = try TLSContext.server(identity: identity, alpn: [])
        } catch {
            throw SettingFault(
                "\(pair.certificateFile) and \(pair.keyFile) cannot be served: \(error.words)",
                mend: error.mend ?? "Set `https_key_file` and `https_cert_file` in `[http]` to a pair made together.")
        }
        return identity
    }

    private static func make(_ pair: Settings.HTTP.KeyPair, for host: String, in folder: String) throws {
        do {
            let identity = try SelfSigned.identity(names: [host, "localhost"])
            try PrivateFile.makeFolder(folder)
            try PrivateFile.write(identity.privateKey.reveal(), to: pair.keyFile, mode: 0o600)
            try PrivateFile.write(identity.certificateChain, to: pair.certificateFile, mode: 0o644)
        } catch {
            throw SettingFault(
                "cannot make a self-signed certificate in \(folder): \(error).",
                mend: """
                    Set `https_key_file` and `https_cert_file` in `[http]`, let the plugin's user write to that folder, or \
                    start with --insecure-no-tls behind a proxy.
                    """)
        }
    }
}
