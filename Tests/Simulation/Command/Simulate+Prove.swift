import ArgumentParser
import Base

extension Simulate {
    /// Builds in each deliberate fault and looks for a world in which it shows.
    func proveThatItBites() throws {
        #if SIMULATION
            var missed = 0
            for fault in Sabotage.allCases {
                Sabotage.active = fault
                let start = ContinuousClock.now
                let found = try find(until: start + .seconds(30))
                let time = (ContinuousClock.now - start) / .seconds(1)
                if let found {
                    let rules = Set(found.violations.map(\.rule.rawValue)).sorted().joined(separator: ", ")
                    print("\(fault.rawValue): found after \(Int(time * 10) / 10) s, by seed \(found.seed): \(rules)")
                } else {
                    missed += 1
                    print("\(fault.rawValue): NOT FOUND in 30 s")
                }
            }
            Sabotage.active = nil
            if missed > 0 { throw ExitCode(1) }
        #else
            throw ValidationError(
                "This build has no deliberate faults. Build with -Xswiftc -DSIMULATION, as make simulate does.")
        #endif
    }

    private func find(until end: ContinuousClock.Instant) throws -> Search.Failure? {
        var search = Search(requests: requests)
        var next = seed
        while ContinuousClock.now < end {
            if let failure = try search.run(seed: next) { return failure }
            next += 1
        }
        return nil
    }
}
