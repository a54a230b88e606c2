package import Access
package import ActionCrypto

/// The plugin's client certificate and key, and the CA certificates by which it verifies the auth service. They come from an
/// identity file, or from the three files that `tctl auth sign --format=tls` writes. Errors name the setting and the file at
/// fault.
package struct TeleportCredentials: Sendable {
    package var identity: TLSIdentity
    /// The CA certificates, as PEM.
    package var rootCAs: [UInt8]
    /// The cluster's name in the identity file; nil if it has none, and for the three files.
    private var namedCluster: String?

    /// The files that the parts come from, which errors name. An identity file is the source of all three.
    private let files: Files

    private struct Files: Sendable {
        var key: CredentialFile
        var certificate: CredentialFile
        var roots: CredentialFile
    }

    /// Reads the files that the configuration names. The call blocks while it reads.
    package static func load(_ configuration: TeleportConfiguration) throws(TeleportError) -> Self {
        if let path = configuration.identity { return try load(CredentialFile(setting: "identity", path: path)) }
        var files = Files(
            key: CredentialFile(setting: "client_key", path: configuration.clientKey),
            certificate: CredentialFile(setting: "client_crt", path: configuration.clientCertificate),
            roots: CredentialFile(setting: "root_cas", path: configuration.rootCAs))
        let certificate = try files.certificate.read(label: "CERTIFICATE")
        let user = user(of: certificate)
        (files.key.user, files.certificate.user, files.roots.user) = (user, user, user)
        let key = try files.key.read(label: "PRIVATE KEY")
        let roots = try files.roots.read(label: "CERTIFICATE")
        return Self(
            identity: TLSIdentity(certificateChain: certificate, privateKey: Secret(key)), rootCAs: roots, files: files)
    }

    private static func load(_ file: CredentialFile) throws(TeleportError) -> Self {
        var file = file
        let bytes = try file.read()
        file.user = user(of: bytes)
        do throws(IdentityFile.Fault) {
            let parts = try IdentityFile(bytes)
            try parts.check()
            return Self(
                identity: TLSIdentity(certificateChain: parts.certificate.pem, privateKey: Secret(parts.key.pem)),
                rootCAs: parts.authorities.flatMap(\.pem), namedCluster: parts.clusterName,
                files: Files(key: file, certificate: file, roots: file))
        } catch {
            throw file.error(error.words)
        }
    }

    /// Returns the user that the first certificate names.
    private static func user(of pem: [UInt8]) -> String? {
        (try? CertificateInfo(pem: pem))?.subject
    }

    private init(identity: TLSIdentity, rootCAs: [UInt8], namedCluster: String? = nil, files: Files) {
        self.identity = identity
        self.rootCAs = rootCAs
        self.namedCluster = namedCluster
        self.files = files
    }

    /// Whether certificate, key and CA certificates are the same.
    package func isSame(as other: Self) -> Bool {
        identity.isSame(as: other.identity) && rootCAs == other.rootCAs
    }

    /// The setting and the path of the file that holds the certificate, e.g. `identity "/var/lib/…"`.
    package var name: String { "\(files.certificate.setting) \"\(files.certificate.path)\"" }

    /// The advice for a certificate that has expired.
    package var renew: String { files.certificate.renew }

    /// Returns the fields of the client certificate.
    package func certificate() throws(TeleportError) -> CertificateInfo {
        try check(files.certificate) { () throws(OpenSSLError) in try CertificateInfo(pem: identity.certificateChain) }
    }

    /// The cluster's name, which is also the name of its CAs. It is the name of the CA that issued the certificate, or else the
    /// one in the identity file, or else the name of the first CA. Nil if none of them is known.
    package var clusterName: String? {
        let names = ((try? CertificateInfo.all(pem: rootCAs)) ?? []).compactMap(\.subject)
        if let issuer = try? certificate().issuer, names.contains(issuer) { return issuer }
        return namedCluster ?? names.first
    }

    /// Makes the TLS context of the client. The error names the file that cannot be used, for example because the certificate
    /// has expired.
    package func makeContext() throws(TeleportError) -> TLSContext { try makeContext(at: .now) }

    func makeContext(at now: Timestamp, alpn: [String] = ["h2"]) throws(TeleportError) -> TLSContext {
        try check(files.roots) { () throws(OpenSSLError) in
            _ = try TLSContext.client(identity: nil, alpn: ["h2"], trust: .certificates(rootCAs))
        }
        let certificate = try certificate()
        guard now < certificate.notAfter else {
            throw files.certificate.error("expired on \(certificate.notAfter.secondInWords)")
        }
        guard now >= certificate.notBefore else {
            throw files.certificate.error(
                "is not valid before \(certificate.notBefore.secondInWords)", mend: "set this machine's clock")
        }
        return try check(files.key) { () throws(OpenSSLError) in
            try TLSContext.client(identity: identity, alpn: alpn, trust: .certificates(rootCAs))
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
