import ArgumentParser
import Glibc

/// Runs the plugin in simulated worlds until one of them goes wrong, or for a while.
@main
struct Simulate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate", abstract: "Run the plugin in simulated worlds, each decided by a seed.",
        discussion: """
            A world that goes wrong is shrunk, and its story is printed. Exit codes: 0 nothing went wrong, 1 something did, 64 \
            wrong usage.
            """)

    @Option(help: "How many seconds to run. The default is 60, and for --exhaustive until it is complete.")
    var seconds: Int?

    @Option(help: "The first seed.")
    var seed: UInt64 = 1

    @Option(help: "How many requests a world has.")
    var requests = 20

    @Option(help: "How many worlds to run at once. The default is the number of cores.")
    var jobs: Int?

    @Option(help: "Run each of this many seeds twice and compare what happened, line by line.")
    var twice: Int?

    @Flag(help: "Build in each deliberate fault in turn, and show that it is found. Needs a build with -DSIMULATION.")
    var prove = false

    @Option(help: "Build in this deliberate fault alone.")
    var fault: String?

    @Flag(help: "Run one request, one click and one decision by tctl, with every order of calls and up to --faults faults.")
    var exhaustive = false

    @Option(help: "How many calls may fail in each schedule of --exhaustive.")
    var faults = 2

    @Option(help: "How often, at most, another replica comes next in --exhaustive although the last one has a call under way.")
    var switches: Int?

    @Option(help: "For how many seconds after the request calls may fail and change their order in --exhaustive.")
    var open = 30

    @Flag(help: "Let tctl deny and the click approve in --exhaustive. Otherwise tctl approves and the click denies.")
    var tctlDenies = false

    @Flag(help: "Print the story of the first seed, whatever comes of it.")
    var story = false

    func run() throws {
        Self.makeHashingDeterministic()
        if let twice { return try compare(twice) }
        if exhaustive { return try runEverySchedule() }
        if prove { return try proveThatItBites() }
        if story { return try tell() }
        try runWorlds()
    }

    var workers: Workers { Workers(requests: requests, jobs: max(1, jobs ?? Workers.cores)) }

    private func runWorlds() throws {
        let start = ContinuousClock.now
        let outcome = try workers.run(from: seed, until: start + .seconds(seconds ?? 60))
        if let seed = outcome.failed {
            var search = Search(requests: requests)
            if let failure = try search.run(seed: seed) { try report(failure) }
        }
        guard !outcome.isBroken else {
            print("A copy of this process ended before its time.")
            throw ExitCode(1)
        }
        let time = (ContinuousClock.now - start) / .seconds(1)
        let totals = outcome.totals
        print(
            """
            \(totals.worlds) worlds of \(requests) requests in \(Int(time)) s, \(workers.jobs) at once \
            (\(Int(Double(totals.worlds) / time)) a second): \
            \(totals.decisions) decisions, \(totals.steps) steps, \(totals.doubles) double posts made and removed, \
            tctl overwritten after at most \(totals.longestOverwrite), \(totals.replays) decisions by proofs that were used at \
            another replica within \(totals.longestReplay). Nothing went wrong.
            """)
    }

    /// Starts the program anew with hash tables whose order is the same in every process, so that a seed means the same world.
    private static func makeHashingDeterministic() {
        let variable = "SWIFT_DETERMINISTIC_HASHING"
        guard getenv(variable) == nil else { return }
        setenv(variable, "1", 1)
        execv("/proc/self/exe", CommandLine.unsafeArgv)
    }

    private func report(_ failure: Search.Failure) throws {
        print("Seed \(failure.seed) goes wrong: \(failure.violations.map(\.description).joined(separator: "; "))")
        fflush(nil)
        var shrinker = Shrinker(failure)
        try shrinker.shrink()
        let short = shrinker.failure
        print("The shortest story found, with \(short.requests) requests and \(short.choices.count) choices:")
        for line in try Search.story(short.choices, requests: short.requests).lines { print("  \(line)") }
        throw ExitCode(1)
    }

    private func tell() throws {
        let choices = Choices(seed: seed)
        let world = try World(choices, requests: requests, isTraced: true)
        let violations = world.run()
        for line in world.trace.lines { print(line) }
        print("\(choices.made.count) choices, \(world.scheduler.steps) steps, \(violations.count) violations: \(violations)")
    }

    /// Whether the same seed gives the same world, to the last line.
    private func compare(_ count: Int) throws {
        for seed in seed..<seed + UInt64(count) {
            func lines() throws -> [String] {
                let world = try World(Choices(seed: seed), requests: requests, isTraced: true)
                _ = world.run()
                return world.trace.lines
            }
            let (first, second) = (try lines(), try lines())
            guard first == second else {
                let place = zip(first, second).enumerated().first { $0.element.0 != $0.element.1 }
                print("Seed \(seed) differs: \(place.map { "\($0.offset): \($0.element)" } ?? "in length")")
                throw ExitCode(1)
            }
        }
        print("\(count) seeds, each twice: the same lines.")
    }
}
