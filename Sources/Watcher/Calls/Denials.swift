import Synchronization

/// Which calls the plugin's role does not allow just now, each with what the server said.
final class Denials: Sendable {
    private let words = Mutex<[AuthCall: String]>([:])

    func said(of calls: [AuthCall]) -> [String] {
        words.withLock { words in calls.compactMap { words[$0] } }
    }

    /// False when the same was said before.
    func begin(_ call: AuthCall, _ message: String) -> Bool {
        words.withLock { words in
            defer { words[call] = message }
            return words[call] != message
        }
    }

    /// It was allowed.
    func end(_ call: AuthCall) {
        words.withLock { _ = $0.removeValue(forKey: call) }
    }
}
