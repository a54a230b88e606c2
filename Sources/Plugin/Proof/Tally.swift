/// How many of each person; who has none takes no memory.
struct Tally {
    private var counts: [String: Int] = [:]

    subscript(userID: String) -> Int { counts[userID, default: 0] }

    mutating func add(_ userID: String) { counts[userID, default: 0] += 1 }

    mutating func remove(_ userID: String) {
        let left = self[userID] - 1
        counts[userID] = left > 0 ? left : nil
    }
}
