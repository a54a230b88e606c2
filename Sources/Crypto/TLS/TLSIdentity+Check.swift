package import Access
import COpenSSL

extension TLSIdentity {
    /// Checks that the key belongs to the certificate, that the certificate is valid now, and that OpenSSL accepts both, so
    /// that a service fails at its start and not at its first connection. Returns the fields of the certificate.
    ///
    /// - Parameter name: the name of the setting or file, for the error.
    @discardableResult
    package func check(at now: Timestamp, name: String) throws(OpenSSLError) -> CertificateInfo {
        let chain = try PEM.certificates(certificateChain, what: "\(name): certificate")
        let key = try PEM.privateKey(privateKey.reveal(), what: "\(name): private key")
        let info = try CertificateInfo(pem: certificateChain, what: "\(name): certificate")
        ERR_clear_error()
        // An optimised build may release the array after its last use, which is before the call.
        let matches = withExtendedLifetime((chain, key)) { X509_check_private_key(chain[0].pointer, key.pointer) == 1 }
        ERR_clear_error()
        let subject = info.subject ?? "nameless"
        guard matches else {
            throw OpenSSLError(
                .setup,
                "\(name): the private key does not belong to the certificate of \"\(subject)\"",
                mend: "give the pair made together")
        }
        guard now < info.notAfter else {
            throw OpenSSLError(
                .setup,
                "\(name): the certificate of \"\(subject)\" expired \(Self.ago(now.since(info.notAfter)))",
                mend: "make a new one")
        }
        guard info.notBefore <= now else {
            throw OpenSSLError(
                .setup, "\(name): the certificate of \"\(subject)\" is not valid yet",
                mend: "set this machine's clock or wait")
        }
        // OpenSSL's security level may still refuse the key or the digest as too weak.
        do {
            _ = try TLSContext.server(identity: self, alpn: [])
        } catch {
            throw OpenSSLError(.setup, "\(name): \(error)", mend: "make a new certificate with a stronger key or digest")
        }
        return info
    }

    private static func ago(_ duration: Duration) -> String {
        let seconds = duration.components.seconds
        switch seconds {
        case ..<120: return "\(seconds) s ago"
        case ..<7200: return "\(seconds / 60) minutes ago"
        case ..<172_800: return "\(seconds / 3600) hours ago"
        default: return "\(seconds / 86400) days ago"
        }
    }
}

extension TLSIdentity {
    /// Throws unless the text is a private key in PEM that can be read.
    package static func checkKey(_ pem: [UInt8]) throws(OpenSSLError) {
        _ = try PEM.privateKey(pem, what: "private key")
    }
}
