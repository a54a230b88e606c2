import ActionCrypto
import CallbackServer
import Logging
import Settings
import Synchronization

/// Reads the files of the listener's certificate again, so that renewing it needs no restart.
final class CertificateFiles: Sendable {
    private let certificate: ListenerCertificate
    /// The pair that was read last; nil before the first time.
    private let last = Mutex<TLSIdentity?>(nil)
    private let logger: Logger

    init(_ certificate: ListenerCertificate, logger: Logger) {
        self.certificate = certificate
        self.logger = logger
    }

    /// Reads the pair, or the self-signed one where the configuration names none. Throws if it cannot be served.
    func read(_ settings: Settings.HTTP) throws -> TLSIdentity { try ListenerIdentity.load(settings, logger: logger) }

    /// Serves the pair to new connections. Returns whether it differs from the one that was read before.
    func use(_ identity: TLSIdentity) throws -> Bool {
        try certificate.replace(with: identity)
        let before = last.withLock { last in
            defer { last = identity }
            return last
        }
        guard let before else { return false }
        return before.certificateChain != identity.certificateChain
            || before.privateKey.reveal() != identity.privateKey.reveal()
    }
}
