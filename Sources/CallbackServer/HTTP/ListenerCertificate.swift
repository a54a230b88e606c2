package import ActionCrypto
import Synchronization

/// The certificate and key that the listener presents to new connections. They may be replaced from any thread while the
/// listener runs; open connections keep the pair that they began with.
package final class ListenerCertificate: Sendable {
    private let context: Mutex<TLSContext>

    /// Throws when OpenSSL does not accept the pair.
    package init(_ identity: TLSIdentity) throws(OpenSSLError) {
        context = Mutex(try Self.context(identity))
    }

    /// Replaces the pair for new connections. When OpenSSL does not accept the new pair, it throws and keeps the old one.
    package func replace(with identity: TLSIdentity) throws(OpenSSLError) {
        let new = try Self.context(identity)
        context.withLock { $0 = new }
    }

    var current: TLSContext { context.withLock { $0 } }

    private static func context(_ identity: TLSIdentity) throws(OpenSSLError) -> TLSContext {
        try .server(identity: identity, alpn: ["http/1.1"])
    }
}
