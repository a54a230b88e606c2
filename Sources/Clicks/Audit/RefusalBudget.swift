import Access

/// How many refusals have a line of their own within a minute: some of each person's and some of all, and the rest is counted.
struct RefusalBudget: Sendable {
    static let window = Duration.seconds(60)
    /// A minute's lines for one person.
    static let perPerson = 60
    /// A minute's lines for all people together.
    static let total = 300
    /// How many people are counted apart; further ones are counted together.
    static let people = 64

    struct Count: Equatable {
        /// Nil: of several people.
        var userID: String?
        var count: Int
    }

    private var end = Duration.zero
    private var written = 0
    private var seen: [String: (lines: Int, more: Int)] = [:]
    private var others = 0

    /// - Parameter isRepeated: counted without a line.
    /// - Returns: whether it has a line, and the counts of the minute that ended before it.
    mutating func take(of userID: String, isRepeated: Bool, at now: Duration) -> (isWritten: Bool, counts: [Count]) {
        let counts = endWindow(at: now)
        guard seen[userID] != nil || seen.count < Self.people else {
            guard !isRepeated, written < Self.total else {
                others += 1
                return (false, counts)
            }
            written += 1
            return (true, counts)
        }
        var person = seen[userID] ?? (lines: 0, more: 0)
        defer { seen[userID] = person }
        guard !isRepeated, person.lines < Self.perPerson, written < Self.total else {
            person.more += 1
            return (false, counts)
        }
        person.lines += 1
        written += 1
        return (true, counts)
    }

    /// The counts, once the minute is over.
    mutating func endWindow(at now: Duration) -> [Count] {
        guard now >= end else { return [] }
        var counts = seen.filter { $0.value.more > 0 }.map { Count(userID: $0.key, count: $0.value.more) }
        counts.sort { ($0.userID ?? "") < ($1.userID ?? "") }
        if others > 0 { counts.append(Count(userID: nil, count: others)) }
        (written, others) = (0, 0)
        end = now + Self.window
        seen.removeAll()
        return counts
    }
}
