import ArgumentParser
import Base
import Glibc

extension Simulate {
    /// Builds in each deliberate fault and looks for a world in which it shows.
    func proveThatItBites() throws {
        #if SIMULATION
            var missed = 0
            for fault in chosen {
                let start = ContinuousClock.now
                let found = try find(fault, until: start + .seconds(30))
                let time = Int((ContinuousClock.now - start) / .milliseconds(100))
                if let found {
                    let rules = Set(found.violations.map(\.rule.rawValue)).sorted().joined(separator: ", ")
                    print("\(fault.rawValue): found after \(time / 10).\(time % 10) s, by seed \(found.seed): \(rules)")
                } else {
                    missed += 1
                    print("\(fault.rawValue): NOT FOUND in 30 s")
                }
                fflush(nil)
            }
            if missed > 0 { throw ExitCode(1) }
        #else
            throw Self.noFaults
        #endif
    }

    #if SIMULATION
        var chosen: [Sabotage] { fault.flatMap(Sabotage.init).map { [$0] } ?? Sabotage.allCases }

        /// Looks for a world that goes wrong with the fault, and only with it.
        private func find(_ fault: Sabotage, until end: ContinuousClock.Instant) throws -> Search.Failure? {
            defer { Sabotage.active = nil }
            var search = Search(requests: requests)
            var next = seed
            while ContinuousClock.now < end {
                Sabotage.active = fault
                guard let failed = try workers.run(from: next, until: end).failed else { return nil }
                let failure = try search.run(seed: failed)
                Sabotage.active = nil
                if try search.run(seed: failed) == nil { return failure }
                print("Seed \(failed) goes wrong without the fault too.")
                next = failed + 1
            }
            return nil
        }
    #endif
}
