import Glibc

/// The memory that all copies of a process share while they go through all orders: the states that were seen, and the counts.
///
/// The process is copied at each place with several ways on. Each copy goes one way to its end while the others wait, so that
/// one copy runs at a time.
final class SharedSearch: @unchecked Sendable {
    /// What is left of the limits. A state is gone on from only if it was not seen with as much left before.
    struct Budget {
        /// Stands for no bound as well.
        static let mostSwitches = 14
        var faults: Int
        var switches: Int
    }

    private static let states = 1 << 24
    private static let pathLimit = 4096
    private static let header = 16
    /// The header, the path to the first violation, and the table of states: pairs of a state's number, which is zero in a free
    /// place, and of the budgets with which it was seen.
    private let words: UnsafeMutablePointer<UInt64>
    private let start = ContinuousClock.now
    private let limit: Duration

    private enum Word: Int { case schedules, states, cut, violations, pathCount, printed, overwrite, isFull, isLate, isBroken }

    /// - Parameter limit: the time after which the search ends without being complete.
    init?(limit: Duration) {
        self.limit = limit
        let size = (Self.header + Self.pathLimit + 2 * Self.states) * MemoryLayout<UInt64>.stride
        let flags = MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE
        guard let memory = mmap(nil, size, PROT_READ | PROT_WRITE, flags, -1, 0), memory != MAP_FAILED else { return nil }
        words = memory.bindMemory(to: UInt64.self, capacity: size / MemoryLayout<UInt64>.stride)
        self.size = size
    }

    private let size: Int

    deinit { munmap(words, size) }

    private subscript(word: Word) -> UInt64 {
        get { words[word.rawValue] }
        set { words[word.rawValue] = newValue }
    }

    var schedules: UInt64 { self[.schedules] }
    var states: UInt64 { self[.states] }
    var cut: UInt64 { self[.cut] }
    /// Whether a copy of the process failed.
    var isBroken: Bool { self[.isBroken] != 0 }
    /// Whether there was no memory for more states or processes.
    var isFull: Bool { self[.isFull] != 0 }
    /// Whether the time was over before all ways had been gone.
    var isLate: Bool { self[.isLate] != 0 }
    var longestOverwrite: Duration { .milliseconds(Int64(self[.overwrite])) }
    var time: Duration { ContinuousClock.now - start }
    /// The choices that led to the first violation; nil if there is none.
    var failure: [Int]? {
        guard self[.violations] > 0 else { return nil }
        return (0..<Int(self[.pathCount])).map { Int(words[Self.header + $0]) }
    }
    /// Whether the rest is of no interest, because something went wrong.
    private var isOver: Bool { self[.violations] > 0 || isFull || isLate || isBroken }

    /// Notes the end of a schedule.
    func ended(_ path: [Int], violations: Int, longestOverwrite: Duration) {
        self[.schedules] += 1
        self[.overwrite] = max(self[.overwrite], UInt64(longestOverwrite / .milliseconds(1)))
        guard violations > 0, self[.violations] == 0 else { return }
        self[.violations] = UInt64(violations)
        self[.pathCount] = UInt64(min(path.count, Self.pathLimit))
        for (place, choice) in path.prefix(Self.pathLimit).enumerated() { words[Self.header + place] = UInt64(choice) }
    }

    /// The ways on from a state.
    struct Ways {
        /// Numbers for the ways, the same whenever one comes to the state.
        var keys: [Int]
        /// The ways on that need not be gone this time.
        var sleeps: [Bool]

        /// The sleeping ways as bits, in the order of their numbers.
        fileprivate var mask: UInt64 {
            let order = keys.indices.sorted { keys[$0] < keys[$1] }
            return order.enumerated().reduce(0) { sleeps[$1.element] ? $0 | 1 << UInt64($1.offset) : $0 }
        }
    }

    /// Chooses one of the ways on, in a copy of the process for each but the last. Returns nil where the search need not go on:
    /// at a state that was seen before with as much left of the limits.
    func choose(of ways: Ways, _ state: Int, _ budget: Budget) -> Int? {
        choose(of: ways, state) { Self.widen(&$0, to: budget) }
    }

    /// The same where the limits are part of the state: it need not go on at a state that was seen before with no other ways
    /// asleep than now.
    func choose(of ways: Ways, _ state: Int) -> Int? {
        let mask = ways.mask
        return choose(of: ways, state) { seen in
            // The highest bit tells a state that was seen from a new one.
            let before = seen & ~(1 << 63)
            if seen != 0, before & ~mask == 0 { return false }
            seen = (seen == 0 ? mask : before & mask) | 1 << 63
            return true
        }
    }

    private func choose(of ways: Ways, _ state: Int, _ note: (inout UInt64) -> Bool) -> Int? {
        tell()
        guard !isOver else { return nil }
        let awake = ways.sleeps.indices.filter { !ways.sleeps[$0] }
        guard let last = awake.last, note(&self[state]) else {
            self[.cut] += 1
            return nil
        }
        for choice in awake.dropLast() {
            let child = copyProcess()
            if child == 0 { return choice }
            guard child > 0 else {
                self[.isFull] = 1
                return nil
            }
            if status(ofCopy: child) != 0 { self[.isBroken] = 1 }
            if isOver { return nil }
        }
        return last
    }

    /// The place where something is noted about a state; zero for a new one.
    private subscript(state: Int) -> UInt64 {
        get { words[place(of: state) + 1] }
        set { words[place(of: state) + 1] = newValue }
    }

    private func place(of state: Int) -> Int {
        let value = max(UInt64(bitPattern: Int64(state)), 1)
        let table = words + Self.header + Self.pathLimit
        var place = Int(value % UInt64(Self.states))
        while table[2 * place] != 0, table[2 * place] != value { place = (place + 1) % Self.states }
        if table[2 * place] == 0 {
            table[2 * place] = value
            self[.states] += 1
            if self[.states] > UInt64(Self.states / 10 * 9) { self[.isFull] = 1 }
        }
        return Self.header + Self.pathLimit + 2 * place
    }

    /// The budgets with which a state was seen: for each number of faults, one more than the number of switches, in four bits.
    private static func widen(_ seen: inout UInt64, to budget: Budget) -> Bool {
        let needed = UInt64(min(max(budget.switches, 0), Budget.mostSwitches) + 1)
        func place(_ faults: Int) -> UInt64 { UInt64(4 * faults) }
        for faults in budget.faults...max(Order.Limits.mostFaults, budget.faults) where seen >> place(faults) & 15 >= needed {
            return false
        }
        seen = seen & ~(15 << place(budget.faults)) | needed << place(budget.faults)
        return true
    }

    /// Prints the counts every ten seconds, and ends the search when its time is over.
    private func tell() {
        let seconds = UInt64(time / .seconds(1))
        if time > limit { self[.isLate] = 1 }
        guard seconds >= self[.printed] + 10 else { return }
        self[.printed] = seconds
        print("\(schedules) schedules, \(states) states, \(cut) cut off, \(seconds) s")
        fflush(nil)
    }
}
