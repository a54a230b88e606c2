import Access

/// Records which requests could not be brought up to date, and why, so that each problem is logged only once while it lasts.
struct Failures: Sendable {
    typealias Example = (error: any OperatorError, count: Int)

    /// The message of the last error by request. Two errors with the same message count as the same problem.
    private var messages: [RequestID: String] = [:]
    private var examples: [String: Example] = [:]

    /// Records the error of a request. Returns true if the problem is new and no other request has it.
    mutating func add(_ error: any OperatorError, of id: RequestID) -> Bool {
        let message = error.message
        if messages[id] == message { return false }
        remove(id)
        messages[id] = message
        let count = (examples[message]?.count ?? 0) + 1
        examples[message] = (error, count)
        return count == 1
    }

    /// Removes the request's error. It always returns false, as ``add(_:of:)`` does for a problem that is not new.
    @discardableResult
    mutating func remove(_ id: RequestID) -> Bool {
        guard let message = messages.removeValue(forKey: id), let example = examples[message] else { return false }
        examples[message] = example.count > 1 ? (example.error, example.count - 1) : nil
        return false
    }

    /// Removes the request's error and returns the example that is left.
    mutating func removing(_ id: RequestID) -> Example? {
        remove(id)
        return example
    }

    /// The error that the largest number of requests have, with that number.
    var example: Example? { examples.values.max { $0.count < $1.count } }
}
