/// Looks for a world in which something goes wrong, and for the shortest story of it.
struct Search {
    /// A world in which something went wrong.
    struct Failure {
        var seed: UInt64
        var requests: Int
        var choices: [UInt32]
        var violations: [Violation]
    }

    /// What worlds had in common and in total.
    struct Totals: BitwiseCopyable {
        var worlds = 0
        var steps = 0
        var decisions = 0
        var doubles = 0
        var longestOverwrite = Duration.zero
        /// Decisions by proofs that another replica had accepted before, and the longest time between the two.
        var replays = 0
        var longestReplay = Duration.zero
    }

    var requests = 20
    private(set) var totals = Totals()

    init(requests: Int = 20) { self.requests = requests }

    /// Lives through the world of a seed. Returns nil if nothing went wrong.
    mutating func run(seed: UInt64) throws -> Failure? {
        let choices = Choices(seed: seed)
        let world = try World(choices, requests: requests)
        let violations = world.run()
        totals.worlds += 1
        totals.steps += world.scheduler.steps
        totals.decisions += world.oracle.decisions
        totals.doubles += world.oracle.doubles
        totals.longestOverwrite = max(totals.longestOverwrite, world.oracle.longestOverwrite)
        totals.replays += world.oracle.replays.count
        totals.longestReplay = max(totals.longestReplay, world.oracle.replays.longest)
        guard !violations.isEmpty else { return nil }
        return Failure(seed: seed, requests: requests, choices: choices.made, violations: violations)
    }

    /// Everything that happens in the world of a list of choices.
    static func story(_ choices: [UInt32], requests: Int) throws -> (violations: [Violation], lines: [String]) {
        let world = try World(Choices(repeating: choices), requests: requests, isTraced: true)
        let violations = world.run()
        return (violations, world.trace.lines)
    }
}

/// Makes a failing list of choices shorter and more harmless for as long as the world still fails.
struct Shrinker {
    private(set) var failure: Search.Failure
    private let end: ContinuousClock.Instant
    private let fails: (Search.Failure) throws -> [Violation]
    /// The rule that is broken. Another one may be broken for another reason.
    private let rule: Violation.Rule?

    init(_ failure: Search.Failure, for time: Duration = .seconds(20)) {
        self.failure = failure
        end = .now + time
        rule = failure.violations.first?.rule
        fails = { try World(Choices(repeating: $0.choices), requests: $0.requests).run() }
    }

    private var hasTime: Bool { ContinuousClock.now < end }

    mutating func shrink() throws {
        var isShorter = true
        while isShorter, hasTime {
            isShorter = false
            while failure.requests > 1, try keep({ $0.requests -= 1 }) { isShorter = true }
            var size = max(failure.choices.count / 2, 1)
            while size >= 1, hasTime {
                if try clear(size) { isShorter = true }
                size /= 2
            }
        }
    }

    /// Removes, or else sets to zero, each stretch of the choices that is not needed.
    private mutating func clear(_ size: Int) throws -> Bool {
        var hasChanged = false
        var start = 0
        while start < failure.choices.count, hasTime {
            let end = min(start + size, failure.choices.count)
            if try keep({ $0.choices.removeSubrange(start..<end) }) {
                hasChanged = true
                continue
            }
            let isZero = failure.choices[start..<end].allSatisfy { $0 == 0 }
            if !isZero, try keep({ for index in start..<end { $0.choices[index] = 0 } }) { hasChanged = true }
            start = end
        }
        return hasChanged
    }

    /// Keeps a change if the world still fails with it.
    private mutating func keep(_ change: (inout Search.Failure) -> Void) throws -> Bool {
        guard hasTime else { return false }
        var other = failure
        change(&other)
        other.violations = try fails(other)
        guard other.violations.contains(where: { $0.rule == rule }) else { return false }
        failure = other
        return true
    }
}
