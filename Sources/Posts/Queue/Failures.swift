import Access

/// Which requests could not be brought up to date, and why: each problem is said once for as long as it lasts.
struct Failures: Sendable {
    typealias Example = (problem: String, count: Int)

    private var problems: [RequestID: String] = [:]
    private var counts: [String: Int] = [:]

    /// True when no other request has the same problem.
    mutating func add(_ problem: String, of id: RequestID) -> Bool {
        if problems[id] == problem { return false }
        remove(id)
        problems[id] = problem
        counts[problem, default: 0] += 1
        return counts[problem] == 1
    }

    /// Always false, since it is no news.
    @discardableResult
    mutating func remove(_ id: RequestID) -> Bool {
        guard let problem = problems.removeValue(forKey: id), let count = counts[problem] else { return false }
        counts[problem] = count > 1 ? count - 1 : nil
        return false
    }

    /// What is left without the request.
    mutating func removing(_ id: RequestID) -> Example? {
        remove(id)
        return example
    }

    /// One of those that there are, with how many requests have it.
    var example: Example? { counts.max { $0.value < $1.value }.map { ($0.key, $0.value) } }
}
