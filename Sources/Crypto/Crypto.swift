package import Access
import COpenSSL

/// A certificate chain with its private key, both PEM.
package struct TLSIdentity: Sendable {
    package var certificateChain: [UInt8]
    package var privateKey: Secret<[UInt8]>

    package init(certificateChain: [UInt8], privateKey: Secret<[UInt8]>) {
        self.certificateChain = certificateChain
        self.privateKey = privateKey
    }
}

package struct OpenSSLError: Error, Sendable {}

/// Owns an `SSL_CTX`.
package final class TLSContext: Sendable {
    /// Which certificates of a peer are believed.
    package enum Trust: Sendable {
        /// The system's store.
        case system
        /// These CA certificates, PEM, and no others.
        case certificates([UInt8])
    }

    /// `clientTrust`: ask for a client certificate, verify it when given; a peer without one is let in.
    package static func server(
        identity: TLSIdentity, alpn: [String], clientTrust: [UInt8]? = nil
    ) throws(OpenSSLError) -> TLSContext { throw OpenSSLError() }

    package static func client(
        identity: TLSIdentity?, alpn: [String], trust: Trust
    ) throws(OpenSSLError) -> TLSContext { throw OpenSSLError() }
}
