/// Numbers by user id. An entry that becomes zero is removed, so that the memory stays bounded.
package struct Counts {
    private var counts: [String: Int] = [:]

    package init() {}

    package subscript(userID: String) -> Int { counts[userID, default: 0] }

    package mutating func add(_ userID: String) { counts[userID, default: 0] += 1 }

    package mutating func remove(_ userID: String) {
        let left = self[userID] - 1
        counts[userID] = left > 0 ? left : nil
    }
}
