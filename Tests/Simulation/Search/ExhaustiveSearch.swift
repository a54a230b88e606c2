import Glibc

/// Goes through every order of calls of one request, two replicas, one click and one decision by `tctl`, within limits.
struct ExhaustiveSearch {
    let limits: Order.Limits

    /// Returns the counts and, if a schedule goes wrong, its choices. Nil if there is no memory for it.
    /// - Parameter limit: the time after which the search ends without being complete.
    func run(for limit: Duration) throws -> SharedSearch? {
        try warmUp()
        guard let search = SharedSearch(limit: limit) else { return nil }
        let own = getpid()
        let order = Order(limits, search: search)
        let world = try World(order)
        let violations = world.run()
        search.ended(order.path, violations: violations.count, longestOverwrite: world.oracle.longestOverwrite)
        // This is a copy of the process, which has nothing else to do.
        if getpid() != own { _exit(0) }
        return search
    }

    /// Lives through some worlds of other kinds, so that all copies of the process know what Swift looks up only once.
    ///
    /// One of these things is the id of the thread. A `Mutex` is locked with it, and each file of a debug build looks it up for
    /// itself: in a copy of the process one file could know the id that the thread had before, and another one its present id.
    private func warmUp() throws {
        for seed in 1...12 { _ = try World(Choices(seed: UInt64(seed)), requests: 4).run() }
        for choice in 0..<6 { _ = try World(Order(limits, given: [Int](repeating: choice, count: 400))).run() }
    }

    /// Lives through the schedule of these choices again, and tells its story.
    func story(_ choices: [Int]) throws -> (lines: [String], violations: [Violation]) {
        let world = try World(Order(limits, given: choices), isTraced: true)
        let violations = world.run()
        return (world.trace.lines, violations)
    }
}
