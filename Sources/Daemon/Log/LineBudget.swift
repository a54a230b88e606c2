/// How much one place in the program writes to the log within a minute, and all of them: what strangers and members can make happen again
/// and again fills no disk. The rest is counted.
struct LineBudget: Sendable {
    static let window = Duration.seconds(60)
    /// A minute's lines of one place.
    static let lines = 300
    /// A minute's bytes of all places together.
    static let bytes = 2 << 20
    /// Bytes of a field, before what is escaped makes it longer.
    static let fieldLimit = 4096
    /// Bytes of one line.
    static let lineLimit = 8 << 10

    private var end = Duration.zero
    private var written = 0
    /// By place: how many lines it had, and how many more there were.
    private var seen: [String: (lines: Int, more: Int)] = [:]

    /// - Returns: whether the line is written, and what to say of those that were not in the minute that ended before it.
    mutating func take(_ place: String, bytes: Int, at now: Duration) -> (isWritten: Bool, more: [(place: String, count: Int)])
    {
        var more: [(place: String, count: Int)] = []
        if now >= end {
            more = seen.filter { $0.value.more > 0 }.map { ($0.key, $0.value.more) }.sorted { $0.place < $1.place }
            (written, end) = (0, now + Self.window)
            seen.removeAll(keepingCapacity: true)
        }
        var lines = seen[place] ?? (lines: 0, more: 0)
        defer { seen[place] = lines }
        guard lines.lines < Self.lines, written + bytes <= Self.bytes else {
            lines.more += 1
            return (false, more)
        }
        lines.lines += 1
        written += bytes
        return (true, more)
    }
}
