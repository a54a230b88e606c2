package import ActionCrypto
package import Base
import Synchronization

/// The certificate and key that the listener presents to new connections. They may be replaced from any thread while the
/// listener runs; open connections keep the pair that they began with.
package final class ListenerCertificate: Sendable {
    private struct Pair {
        let identity: TLSIdentity
        let context: TLSContext
        let expires: Timestamp?

        init(_ identity: TLSIdentity) throws(OpenSSLError) {
            self.identity = identity
            context = try .server(identity: identity, alpn: ["http/1.1"])
            expires = try? CertificateInfo(pem: identity.certificateChain).notAfter
        }

        func isSame(as other: Pair) -> Bool {
            identity.certificateChain == other.identity.certificateChain
                && identity.privateKey.reveal() == other.identity.privateKey.reveal()
        }
    }

    private let pair: Mutex<Pair>

    /// Throws when OpenSSL does not accept the pair.
    package init(_ identity: TLSIdentity) throws(OpenSSLError) { pair = Mutex(try Pair(identity)) }

    /// Replaces the pair for new connections. When OpenSSL does not accept the new pair, it throws and keeps the old one.
    /// Returns whether the new pair differs from the old one.
    @discardableResult
    package func replace(with identity: TLSIdentity) throws(OpenSSLError) -> Bool {
        let new = try Pair(identity)
        return pair.withLock { pair in
            defer { pair = new }
            return !new.isSame(as: pair)
        }
    }

    /// The time at which the certificate expires; nil if it cannot be read.
    package var expires: Timestamp? { pair.withLock { $0.expires } }

    var current: TLSContext { pair.withLock { $0.context } }
}
