import Glibc

/// Runs the worlds of many seeds in copies of this process, one for each core. A world takes one thread.
struct Workers {
    /// What a copy tells the others.
    private struct Report: BitwiseCopyable {
        var totals = Search.Totals()
        /// The seed of a world in which something went wrong.
        var failed: UInt64 = 0
        var hasFailed = false
    }

    /// What all copies found.
    struct Outcome {
        var totals = Search.Totals()
        /// The lowest seed that failed; nil if none did.
        var failed: UInt64?
        /// Whether a copy ended before its time.
        var isBroken = false
    }

    var requests: Int
    var jobs: Int

    /// The number of cores that this process may use.
    static var cores: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

    /// Runs the worlds of this seed and the following ones until the time is over or one fails.
    func run(from seed: UInt64, until end: ContinuousClock.Instant) throws -> Outcome {
        guard let shared = SharedMemory(repeating: Report(), count: jobs) else { return Outcome(isBroken: true) }
        defer { shared.free() }
        var copies: [Int32] = []
        for job in 0..<jobs {
            let copy = copyProcess()
            if copy == 0 { exit((try? work(job, from: seed, until: end, shared)) == nil ? 1 : 0) }
            copies.append(copy)
        }
        var outcome = Outcome()
        for copy in copies where copy < 0 || status(ofCopy: copy) != 0 { outcome.isBroken = true }
        for report in shared.elements {
            outcome.totals.add(report.totals)
            if report.hasFailed { outcome.failed = min(outcome.failed ?? report.failed, report.failed) }
        }
        return outcome
    }

    private func work(
        _ job: Int, from seed: UInt64, until end: ContinuousClock.Instant, _ shared: SharedMemory<Report>
    ) throws {
        var search = Search(requests: requests)
        var next = seed + UInt64(job)
        while ContinuousClock.now < end, !shared.elements.contains(where: \.hasFailed) {
            let failure = try search.run(seed: next)
            shared.elements[job] = Report(totals: search.totals, failed: next, hasFailed: failure != nil)
            next += UInt64(jobs)
        }
    }
}

extension Search.Totals {
    fileprivate mutating func add(_ other: Self) {
        worlds += other.worlds
        steps += other.steps
        decisions += other.decisions
        doubles += other.doubles
        longestOverwrite = max(longestOverwrite, other.longestOverwrite)
        replays += other.replays
        longestReplay = max(longestReplay, other.longestReplay)
    }
}
