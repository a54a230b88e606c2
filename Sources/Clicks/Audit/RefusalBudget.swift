import Access

/// Decides which refusals get a line of their own. The lines in a minute are limited for each person and for all people
/// together, and the refusals above the limits are counted.
struct RefusalBudget: Sendable {
    static let window = Duration.seconds(60)
    /// The number of lines in a minute for one person.
    static let perPerson = 60
    /// The number of lines in a minute for all people together.
    static let total = 300
    /// The number of people whose refusals are counted separately. The refusals of all further people are counted together.
    static let people = 64

    /// The number of refusals that got no line within a minute.
    struct Count: Equatable {
        /// The person whose refusals were counted. This is nil if several people were counted together.
        var userID: String?
        var count: Int
    }

    private var end = Duration.zero
    private var written = 0
    private var seen: [String: (lines: Int, more: Int)] = [:]
    private var others = 0

    /// Takes a line from the budget.
    /// - Parameter isRepeated: whether the refusal is only counted and gets no line.
    /// - Returns: whether the refusal gets a line, and the counts of the minute that ended before it.
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

    /// Begins a new minute if the last one is over, and returns the counts of the last one.
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
