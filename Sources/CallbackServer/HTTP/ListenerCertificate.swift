package import Access
package import ActionCrypto
package import Base
import Synchronization

/// The certificate and key that the listener presents to new connections. They may be replaced from any thread while the
/// listener runs; open connections keep the pair that they began with.
package final class ListenerCertificate: Sendable {
    private struct Pair {
        let identity: TLSIdentity
        let context: TLSContext
        /// Nil if the certificate's dates cannot be read.
        var steps: ExpirySteps?

        init(_ identity: TLSIdentity) throws(OpenSSLError) {
            self.identity = identity
            context = try .server(identity: identity, alpn: ["http/1.1"])
            steps = (try? CertificateInfo(pem: identity.certificateChain)).map(ExpirySteps.init)
        }
    }

    private let pair: Mutex<Pair>

    /// Throws when OpenSSL does not accept the pair.
    package init(_ identity: TLSIdentity) throws(OpenSSLError) { pair = Mutex(try Pair(identity)) }

    /// Replaces the pair for new connections, unless it is the same. When OpenSSL does not accept the new pair, it throws and
    /// keeps the old one. Returns whether the new pair differs from the old one.
    @discardableResult
    package func replace(with identity: TLSIdentity) throws(OpenSSLError) -> Bool {
        guard !identity.isSame(as: self.identity) else { return false }
        let new = try Pair(identity)
        pair.withLock { $0 = new }
        return true
    }

    /// The pair that new connections are served with.
    package var identity: TLSIdentity { pair.withLock { $0.identity } }

    /// The time at which the certificate expires; nil if it cannot be read.
    package var expires: Timestamp? { pair.withLock { $0.steps?.notAfter } }

    /// Returns a warning when a fifth, a tenth and a twentieth of the certificate's time is left, and when it has expired, once
    /// each.
    package func warning(at now: Timestamp) -> Notice? {
        pair.withLock { pair in
            guard let step = pair.steps?.news(at: now), let steps = pair.steps else { return nil }
            let effect = step == .expired ? ", so Mattermost refuses it" : ""
            return Notice(
                steps.words(of: "the HTTPS certificate", at: step) + effect,
                mend: "renew `https_cert_file` in `[http]`; the new one is served without a restart")
        }
    }

    var current: TLSContext { pair.withLock { $0.context } }
}
