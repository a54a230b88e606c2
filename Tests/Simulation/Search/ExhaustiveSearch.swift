import Glibc

/// Goes through every order of calls of one request, two replicas, one click and one decision by `tctl`, within limits.
struct ExhaustiveSearch {
    let limits: Order.Limits

    /// Returns the counts and, if a schedule goes wrong, its choices. Nil if there is no memory for it.
    func run() throws -> SharedSearch? {
        guard let search = SharedSearch() else { return nil }
        let own = getpid()
        let order = Order(limits, search: search)
        let world = try World(order)
        let violations = world.run()
        search.ended(order.path, violations: violations.count, longestOverwrite: world.oracle.longestOverwrite)
        // This is a copy of the process, which has nothing else to do.
        if getpid() != own { _exit(0) }
        return search
    }

    /// Lives through the schedule of these choices again, and tells its story.
    func story(_ choices: [Int]) throws -> (lines: [String], violations: [Violation]) {
        let world = try World(Order(limits, given: choices), isTraced: true)
        let violations = world.run()
        return (world.trace.lines, violations)
    }
}
