import Synchronization

/// How many decisions of each person are under way: none can take all the places by clicking on and on.
final class PeopleAtWork: Sendable {
    private let limit: Int
    private let counts = Mutex<[String: Int]>([:])

    init(limit: Int = 8) { self.limit = limit }

    /// Nil, and nothing done, where the person has too many already.
    func run<Value>(for userID: String, _ work: () async -> Value) async -> Value? {
        let mayBegin = counts.withLock { counts in
            guard counts[userID, default: 0] < limit else { return false }
            counts[userID, default: 0] += 1
            return true
        }
        guard mayBegin else { return nil }
        defer {
            counts.withLock { counts in
                let left = counts[userID, default: 1] - 1
                counts[userID] = left > 0 ? left : nil
            }
        }
        return await work()
    }
}
