package import ActionCrypto
package import Base
import Synchronization

/// The certificate and key that the listener presents to new connections. They may be replaced from any thread while the
/// listener runs; open connections keep the pair that they began with.
package final class ListenerCertificate: Sendable {
    private struct Pair {
        var context: TLSContext
        var expires: Timestamp?
    }

    private let pair: Mutex<Pair>

    /// Throws when OpenSSL does not accept the pair.
    package init(_ identity: TLSIdentity) throws(OpenSSLError) {
        pair = Mutex(try Self.pair(identity))
    }

    /// Replaces the pair for new connections. When OpenSSL does not accept the new pair, it throws and keeps the old one.
    package func replace(with identity: TLSIdentity) throws(OpenSSLError) {
        let new = try Self.pair(identity)
        pair.withLock { $0 = new }
    }

    /// The time at which the certificate expires; nil if it cannot be read.
    package var expires: Timestamp? { pair.withLock { $0.expires } }

    var current: TLSContext { pair.withLock { $0.context } }

    private static func pair(_ identity: TLSIdentity) throws(OpenSSLError) -> Pair {
        Pair(
            context: try .server(identity: identity, alpn: ["http/1.1"]),
            expires: try? CertificateInfo(pem: identity.certificateChain).notAfter)
    }
}
