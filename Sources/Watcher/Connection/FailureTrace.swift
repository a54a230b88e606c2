import Synchronization

/// Remembers the first error that a connection's channel reported. It is needed because gRPC's own error says only "The channel
/// was closed".
final class FailureTrace: Sendable {
    private let error = Mutex<(any Error)?>(nil)

    var first: (any Error)? { error.withLock { $0 } }

    func record(_ error: any Error) {
        self.error.withLock { if $0 == nil { $0 = error } }
    }
}
