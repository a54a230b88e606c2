import Base
import Synchronization

/// Counts the decisions that are under way for each person, so that nobody takes all places by clicking on and on.
final class DecisionsInFlight: Sendable {
    static let limit = 8

    private let limit: Int
    private let tally = Mutex(Counts())

    init(limit: Int = DecisionsInFlight.limit) { self.limit = limit }

    /// Runs `work` and returns its result. If the person has too many decisions under way, it does nothing and returns nil.
    func run<Value>(for userID: String, _ work: () async -> Value) async -> Value? {
        let mayBegin = tally.withLock { tally in
            guard tally[userID] < limit else { return false }
            tally.add(userID)
            return true
        }
        guard mayBegin else { return nil }
        defer { tally.withLock { $0.remove(userID) } }
        return await work()
    }
}
