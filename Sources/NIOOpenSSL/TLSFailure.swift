package import ActionCrypto
import Synchronization

/// Keeps a connection's first TLS failure for its owner.
///
/// Under TLS 1.3 a refused client certificate becomes known as a read error after the handshake, and gRPC's pipeline then reports only
/// that the channel was closed. This value says why. It can be read from any thread.
package final class TLSFailure: Sendable {
    private let first = Mutex<OpenSSLError?>(nil)

    package init() {}

    package var error: OpenSSLError? { first.withLock { $0 } }

    /// Keeps the error, unless there is an earlier one.
    func keep(_ error: OpenSSLError) {
        first.withLock { if $0 == nil { $0 = error } }
    }
}
