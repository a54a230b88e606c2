/// Runs every order of calls and events, with up to so many faults, of one request, two replicas, one click and one decision by
/// `tctl`. It goes depth first, and lives through each world from its beginning.
struct ExhaustiveSearch {
    /// A schedule that goes wrong.
    struct Failure {
        var choices: [Int]
        var violations: [Violation]
    }

    let faults: Int
    /// The number of worlds that were lived through, and of those that ended at a state that was seen before.
    private(set) var schedules = 0
    private(set) var cut = 0
    private(set) var longestOverwrite = Duration.zero
    private let known = Order.States()

    var states: Int { known.seen.count }

    init(faults: Int) { self.faults = faults }

    /// Returns the first schedule that goes wrong; nil if none does. `progress` is called after every schedule, with
    /// the share of the tree that is done as far as its first branches tell.
    mutating func run(_ progress: (ExhaustiveSearch, Double) -> Void) throws -> Failure? {
        var given: [Int] = []
        while true {
            let order = Order(given, faults: faults, known)
            let world = try World(order)
            let violations = world.run()
            schedules += 1
            if order.isCut { cut += 1 }
            longestOverwrite = max(longestOverwrite, world.oracle.longestOverwrite)
            guard violations.isEmpty else { return Failure(choices: order.path.map(\.choice), violations: violations) }
            progress(self, Self.share(order.path))
            var path = order.path
            while let last = path.last, last.choice + 1 == last.count { path.removeLast() }
            guard let last = path.popLast() else { return nil }
            given = path.map(\.choice) + [last.choice + 1]
        }
    }

    /// The story of a schedule.
    func story(_ choices: [Int]) throws -> [String] {
        let world = try World(Order(choices, faults: faults, Order.States()), isTraced: true)
        _ = world.run()
        return world.trace.lines
    }

    private static func share(_ path: [(choice: Int, count: Int)]) -> Double {
        var (share, width) = (0.0, 1.0)
        for place in path.prefix(20) {
            width /= Double(place.count)
            share += width * Double(place.choice)
        }
        return share
    }
}
