package import ActionCrypto
import Synchronization

/// The certificate and key that the listener shows to new connections; may be replaced, from any thread, while it runs.
/// Connections that are open keep what they began with.
package final class ListenerCertificate: Sendable {
    private let context: Mutex<TLSContext>

    /// Throws what OpenSSL finds wrong with the pair.
    package init(_ identity: TLSIdentity) throws(OpenSSLError) {
        context = Mutex(try Self.context(identity))
    }

    /// Keeps the old pair when it throws.
    package func replace(with identity: TLSIdentity) throws(OpenSSLError) {
        let new = try Self.context(identity)
        context.withLock { $0 = new }
    }

    var current: TLSContext { context.withLock { $0 } }

    private static func context(_ identity: TLSIdentity) throws(OpenSSLError) -> TLSContext {
        try .server(identity: identity, alpn: ["http/1.1"])
    }
}
