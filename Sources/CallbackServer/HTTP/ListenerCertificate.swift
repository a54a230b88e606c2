package import ActionCrypto
import Base
import Synchronization

/// The certificate and key that the listener presents to new connections. They may be replaced from any thread while the
/// listener runs; open connections keep the pair that they began with.
package final class ListenerCertificate: Sendable {
    private struct State {
        var identity: TLSIdentity
        var context: TLSContext
    }

    private let state: Mutex<State>

    /// Throws when OpenSSL does not accept the pair.
    package init(_ identity: TLSIdentity) throws(OpenSSLError) {
        state = Mutex(State(identity: identity, context: try Self.context(identity)))
    }

    /// Replaces the pair for new connections. When OpenSSL does not accept the new pair, it throws and keeps the old one.
    /// Returns whether the new pair differs from the old one.
    @discardableResult
    package func replace(with identity: TLSIdentity) throws(OpenSSLError) -> Bool {
        let new = State(identity: identity, context: try Self.context(identity))
        let old = state.withLock { state in
            defer { state = new }
            return state.identity
        }
        return old.certificateChain != identity.certificateChain
            || old.privateKey.reveal() != identity.privateKey.reveal()
    }

    var current: TLSContext { state.withLock { $0.context } }

    private static func context(_ identity: TLSIdentity) throws(OpenSSLError) -> TLSContext {
        try .server(identity: identity, alpn: ["http/1.1"])
    }
}
