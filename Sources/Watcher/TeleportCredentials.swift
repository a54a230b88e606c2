package import Access
package import ActionCrypto

/// The plugin's client certificate and the CAs that it believes, read and checked.
package struct TeleportCredentials: Sendable {
    package var identity: TLSIdentity
    /// PEM.
    package var rootCAs: [UInt8]

    private let files: Files

    private struct Files: Sendable {
        var key: CredentialFile
        var certificate: CredentialFile
        var roots: CredentialFile
    }

    /// Reads the three files afresh, so that renewed ones are taken up at the next connection.
    package static func load(_ configuration: TeleportConfiguration) throws(TeleportError) -> Self {
        let files = Files(
            key: CredentialFile(setting: "client_key", path: configuration.clientKey),
            certificate: CredentialFile(setting: "client_crt", path: configuration.clientCertificate),
            roots: CredentialFile(setting: "root_cas", path: configuration.rootCAs))
        let key = try files.key.read(label: "PRIVATE KEY")
        let certificate = try files.certificate.read(label: "CERTIFICATE")
        let roots = try files.roots.read(label: "CERTIFICATE")
        return Self(
            identity: TLSIdentity(certificateChain: certificate, privateKey: Secret(key)), rootCAs: roots, files: files)
    }

    /// What TLS needs; says which file cannot be used and why.
    package func makeContext() throws(TeleportError) -> TLSContext { try makeContext(at: .now()) }

    func makeContext(at now: Timestamp) throws(TeleportError) -> TLSContext {
        try check(files.roots) { () throws(OpenSSLError) in
            _ = try TLSContext.client(identity: nil, alpn: ["h2"], trust: .certificates(rootCAs))
        }
        let certificate = try check(files.certificate) { () throws(OpenSSLError) in
            try CertificateInfo(pem: identity.certificateChain)
        }
        guard now < certificate.notAfter else {
            throw files.certificate.error("expired on \(certificate.notAfter.utc)")
        }
        guard now >= certificate.notBefore else {
            throw files.certificate.error("is not valid before \(certificate.notBefore.utc)", mend: "set this machine's clock")
        }
        return try check(files.key) { () throws(OpenSSLError) in
            try TLSContext.client(identity: identity, alpn: ["h2"], trust: .certificates(rootCAs))
        }
    }

    private func check<Value>(
        _ file: CredentialFile, _ body: () throws(OpenSSLError) -> Value
    ) throws(TeleportError) -> Value {
        do throws(OpenSSLError) {
            return try body()
        } catch {
            throw file.error("cannot be used: \(error)")
        }
    }
}
