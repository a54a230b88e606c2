import Access
import Synchronization

/// The calls that the plugin's role does not allow at present, each with the error that the server answered.
final class DeniedCalls: Sendable {
    private let errors = Mutex<[AuthCall: TeleportError]>([:])

    /// The errors of those of `calls` that are denied, in the order of `calls`.
    func errors(of calls: [AuthCall]) -> [TeleportError] {
        errors.withLock { errors in calls.compactMap { errors[$0] } }
    }

    /// Records that the call was denied. Returns false when an equal error is already recorded for it.
    func note(_ error: TeleportError, of call: AuthCall) -> Bool {
        errors.withLock { errors in
            defer { errors[call] = error }
            return errors[call] != error
        }
    }

    /// Forgets that the call was denied, because it has succeeded.
    func clear(_ call: AuthCall) {
        errors.withLock { _ = $0.removeValue(forKey: call) }
    }
}
