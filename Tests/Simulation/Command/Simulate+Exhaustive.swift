import Access
import ArgumentParser
import Base
import Glibc

extension Simulate {
    /// Runs every schedule of one request, or the story of the first one.
    func runEverySchedule() throws {
        let exhaustive = try ExhaustiveSearch(limits: limits())
        if story { return try exhaustive.story([]).lines.forEach { print($0) } }
        if prove { return try proveThatSchedulesBite(exhaustive) }
        try set(fault)
        let search = try search(exhaustive, for: seconds.map { .seconds($0) } ?? .seconds(86_400))
        if let choices = search.failure {
            let (lines, violations) = try exhaustive.story(choices)
            print("A schedule goes wrong (\(counts(search))): \(violations.map(\.description).joined(separator: "; "))")
            for line in lines { print("  \(line)") }
            throw ExitCode(1)
        }
        let orders =
            switches.map { "with up to \($0) switches between replicas that have a call under way" } ?? "in every order"
        let time = "in the first \(open) s"
        print(
            """
            All calls \(time) \(orders), with up to \(faults) faults: \(counts(search)), tctl overwritten after at most \
            \(search.longestOverwrite). Nothing went wrong. \(search.isLate ? "NOT COMPLETE: the time was over." : "Complete.")
            """)
    }

    private func limits() throws -> Order.Limits {
        guard (0...Order.Limits.mostFaults).contains(faults) else {
            throw ValidationError("--faults is at most \(Order.Limits.mostFaults) in --exhaustive.")
        }
        guard (0..<SharedSearch.Budget.mostSwitches).contains(switches ?? 0) else {
            throw ValidationError("--switches is less than \(SharedSearch.Budget.mostSwitches). Leave it out for no bound.")
        }
        return Order.Limits(
            tctl: tctlDenies ? .deny : .approve, isEager: prove || fault != nil, faults: faults, open: .seconds(open),
            switches: switches)
    }

    private func search(_ exhaustive: ExhaustiveSearch, for limit: Duration) throws -> SharedSearch {
        guard let search = try exhaustive.run(for: limit), !search.isFull else {
            throw ValidationError("There is no memory for so many states.")
        }
        if search.isBroken { throw ValidationError("A copy of the process failed.") }
        return search
    }

    private func counts(_ search: SharedSearch) -> String {
        """
        \(search.schedules) schedules, \(search.cut) of them cut off at a state that was seen before, \(search.states) states, \
        \(Self.tenths(search.time)) s
        """
    }

    static func tenths(_ time: Duration) -> String {
        let tenths = Int(time / .milliseconds(100))
        return "\(tenths / 10).\(tenths % 10)"
    }

    #if SIMULATION
        private func set(_ fault: String?) throws {
            guard let fault else { return }
            guard let known = Sabotage(rawValue: fault) else { throw ValidationError("There is no fault \(fault).") }
            Sabotage.active = known
        }

        /// Builds in each deliberate fault, and says whether some schedule goes wrong with it.
        private func proveThatSchedulesBite(_ exhaustive: ExhaustiveSearch) throws {
            for fault in chosen {
                Sabotage.active = fault
                let search = try search(exhaustive, for: seconds.map { .seconds($0) } ?? .seconds(30))
                let violations = try search.failure.map { try exhaustive.story($0).violations }
                let rules = violations.map { Set($0.map(\.rule.rawValue)).sorted().joined(separator: ", ") }
                let without = search.isLate ? "not found in the time" : "not found in any schedule"
                print("\(fault.rawValue): \(rules.map { "found: \($0)" } ?? without) (\(counts(search)))")
                fflush(nil)
            }
        }
    #else
        private func set(_ fault: String?) throws { if fault != nil { throw Self.noFaults } }

        private func proveThatSchedulesBite(_ exhaustive: ExhaustiveSearch) throws { throw Self.noFaults }
    #endif

    static let noFaults = ValidationError(
        "This build has no deliberate faults. Build with -Xswiftc -DSIMULATION, as make simulate does.")
}
