package import Access
package import ActionCrypto

/// The plugin's client certificate and the CAs that it believes, read and checked.
package struct TeleportCredentials: Sendable {
    package var identity: TLSIdentity
    /// PEM.
    package var rootCAs: [UInt8]

    /// Reads the three files afresh, so that renewed ones are taken up at the next connection.
    package static func load(_ configuration: TeleportConfiguration) throws(TeleportError) -> Self {
        let key = CredentialFile(setting: "client_key", path: configuration.clientKey)
        let certificate = CredentialFile(setting: "client_crt", path: configuration.clientCertificate)
        let roots = CredentialFile(setting: "root_cas", path: configuration.rootCAs)
        let keyBytes = try key.read()
        guard keyBytes.containPEM("PRIVATE KEY") else { throw key.error("holds no PEM private key") }
        let certificateBytes = try certificate.read()
        guard certificateBytes.containPEM("CERTIFICATE") else { throw certificate.error("holds no PEM certificate") }
        let rootBytes = try roots.read()
        guard rootBytes.containPEM("CERTIFICATE") else { throw roots.error("holds no PEM certificate") }
        return Self(
            identity: TLSIdentity(certificateChain: certificateBytes, privateKey: Secret(keyBytes)), rootCAs: rootBytes)
    }

    package func makeContext() throws(TeleportError) -> TLSContext {
        do {
            return try TLSContext.client(identity: identity, alpn: ["h2"], trust: .certificates(rootCAs))
        } catch {
            throw TeleportError(
                .misconfigured, "client_key, client_crt and root_cas cannot be used: \(error); \(CredentialFile.renew)",
                cause: error)
        }
    }
}

extension [UInt8] {
    /// Whether a line begins a PEM block whose label ends with `label` (RFC 7468).
    fileprivate func containPEM(_ label: String) -> Bool {
        split(separator: UInt8(ascii: "\n")).contains { line in
            let text = String(decoding: line.prefix(80), as: UTF8.self).trimmingSuffix(while: \.isWhitespace)
            return text.hasPrefix("-----BEGIN ") && text.hasSuffix(label + "-----")
        }
    }
}

extension String {
    fileprivate func trimmingSuffix(while isTrimmed: (Character) -> Bool) -> Substring {
        var text = self[...]
        while let last = text.last, isTrimmed(last) { text.removeLast() }
        return text
    }
}
