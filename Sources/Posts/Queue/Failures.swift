import Access

/// Which requests could not be brought up to date, and why: each problem is said once for as long as it lasts.
struct Failures: Sendable {
    typealias Example = (error: any OperatorError, count: Int)

    /// Two errors with the same message are the same problem.
    private var messages: [RequestID: String] = [:]
    private var examples: [String: Example] = [:]

    /// True when no other request has the same problem.
    mutating func add(_ error: any OperatorError, of id: RequestID) -> Bool {
        let message = error.message
        if messages[id] == message { return false }
        remove(id)
        messages[id] = message
        let count = (examples[message]?.count ?? 0) + 1
        examples[message] = (error, count)
        return count == 1
    }

    /// Always false, since it is no news.
    @discardableResult
    mutating func remove(_ id: RequestID) -> Bool {
        guard let message = messages.removeValue(forKey: id), let example = examples[message] else { return false }
        examples[message] = example.count > 1 ? (example.error, example.count - 1) : nil
        return false
    }

    /// Returns the example that is left once the request is removed.
    mutating func removing(_ id: RequestID) -> Example? {
        remove(id)
        return example
    }

    /// The error that the most requests have, with their number.
    var example: Example? { examples.values.max { $0.count < $1.count } }
}
