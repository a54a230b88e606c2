import Glibc

/// The memory that all copies of a process share while they go through all orders: the states that were seen, and the counts.
///
/// The process is copied at each place with several ways on. Each copy goes one way to its end while the others wait, so that
/// one copy runs at a time.
final class SharedSearch: @unchecked Sendable {
    private static let tableSize = 1 << 25
    private static let pathLimit = 4096
    private static let header = 16
    /// The header, the path to the first violation, and the table of states, in which zero is a free place.
    private let words: UnsafeMutablePointer<UInt64>
    private let start = ContinuousClock.now

    private enum Word: Int { case schedules, states, cut, violations, pathCount, printed, overwrite, isFull }

    init?() {
        let size = (Self.header + Self.pathLimit + Self.tableSize) * MemoryLayout<UInt64>.stride
        let flags = MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE
        guard let memory = mmap(nil, size, PROT_READ | PROT_WRITE, flags, -1, 0), memory != MAP_FAILED else { return nil }
        words = memory.bindMemory(to: UInt64.self, capacity: size / MemoryLayout<UInt64>.stride)
    }

    private subscript(word: Word) -> UInt64 {
        get { words[word.rawValue] }
        set { words[word.rawValue] = newValue }
    }

    var schedules: UInt64 { self[.schedules] }
    var states: UInt64 { self[.states] }
    var cut: UInt64 { self[.cut] }
    var isFull: Bool { self[.isFull] != 0 }
    var longestOverwrite: Duration { .milliseconds(Int64(self[.overwrite])) }
    /// The choices that led to the first violation; nil if there is none.
    var failure: [Int]? {
        guard self[.violations] > 0 else { return nil }
        return (0..<Int(self[.pathCount])).map { Int(words[Self.header + $0]) }
    }
    /// Whether the rest is of no interest, because something went wrong.
    var isOver: Bool { self[.violations] > 0 || isFull }

    /// Notes the end of a schedule.
    func ended(_ path: [Int], violations: Int, longestOverwrite: Duration) {
        self[.schedules] += 1
        self[.overwrite] = max(self[.overwrite], UInt64(longestOverwrite / .milliseconds(1)))
        guard violations > 0, self[.violations] == 0 else { return }
        self[.violations] = UInt64(violations)
        self[.pathCount] = UInt64(min(path.count, Self.pathLimit))
        for (place, choice) in path.prefix(Self.pathLimit).enumerated() { words[Self.header + place] = UInt64(choice) }
    }

    /// Chooses one of the ways on, in a copy of the process for each but the last. Returns nil where the search need not go on.
    func choose(of count: Int, _ state: Int) -> Int? {
        guard !isOver else { return nil }
        guard isNew(state) else {
            self[.cut] += 1
            return nil
        }
        tell()
        for choice in stride(from: count - 1, to: 0, by: -1) {
            let child = copyProcess()
            if child == 0 { return choice }
            guard child > 0 else { return nil }
            var status: Int32 = 0
            while waitpid(child, &status, 0) < 0, errno == EINTR {}
            if status != 0 { self[.isFull] = 2 }
            if isOver { return nil }
        }
        return 0
    }

    private func isNew(_ state: Int) -> Bool {
        let value = max(UInt64(bitPattern: Int64(state)), 1)
        var place = Int(value % UInt64(Self.tableSize))
        let table = words + Self.header + Self.pathLimit
        while table[place] != 0 {
            if table[place] == value { return false }
            place = (place + 1) % Self.tableSize
        }
        table[place] = value
        self[.states] += 1
        if self[.states] > UInt64(Self.tableSize / 10 * 9) { self[.isFull] = 1 }
        return true
    }

    /// Prints the counts every ten seconds.
    private func tell() {
        let seconds = UInt64((ContinuousClock.now - start) / .seconds(1))
        guard seconds >= self[.printed] + 10 else { return }
        self[.printed] = seconds
        print("\(schedules) schedules, \(states) states, \(cut) cut off, \(seconds) s")
        fflush(nil)
    }

    /// `fork`, which Swift does not offer because a copy has one thread. This process has one thread anyway.
    private func copyProcess() -> Int32 {
        guard let symbol = dlsym(nil, "fork") else { return -1 }
        fflush(nil)
        return unsafeBitCast(symbol, to: (@convention(c) () -> Int32).self)()
    }
}
