package import ActionCrypto
import Synchronization

/// Keeps the first TLS failure of a connection for the owner of the connection.
///
/// It is needed because with TLS 1.3 a client learns only after the handshake, by a read error, that the server refused its
/// certificate. gRPC's pipeline then reports only that the channel was closed. It can be read from any thread.
package final class TLSFailure: Sendable {
    private let first = Mutex<OpenSSLError?>(nil)

    package init() {}

    package var error: OpenSSLError? { first.withLock { $0 } }

    /// Keeps the error, unless an earlier one is kept already.
    func keep(_ error: OpenSSLError) {
        first.withLock { if $0 == nil { $0 = error } }
    }
}
