import Base
import Synchronization

/// How many decisions of each person are under way: none can take all the places by clicking on and on.
final class DecisionsInFlight: Sendable {
    static let limit = 8

    private let limit: Int
    private let tally = Mutex(Counts())

    init(limit: Int = DecisionsInFlight.limit) { self.limit = limit }

    /// Nil, and nothing done, where the person has too many already.
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
