/// Limits how much one place in the program, and all places together, write to the log within a minute. Strangers and members
/// can cause some log lines as often as they like, and must not be able to fill the disk. Lines over the limit are counted.
struct LineBudget: Sendable {
    static let window = Duration.seconds(60)
    /// The largest number of lines of one place within a window.
    static let lines = 300
    /// The largest number of bytes of all places together within a window.
    static let bytes = 2 << 20
    /// The largest number of bytes of a field's value, before escaping makes it longer.
    static let fieldLimit = 4096
    /// The largest number of bytes of one line.
    static let lineLimit = 8 << 10

    private var end = Duration.zero
    private var written = 0
    /// For each place, the number of lines that it wrote within the window, and the number that were not written.
    private var seen: [String: (lines: Int, more: Int)] = [:]

    /// Accounts for one line.
    /// - Parameters:
    ///   - place: the place in the program that writes the line, as file and line number.
    ///   - now: the time since any fixed moment.
    /// - Returns: whether the line may be written. When it is the first line of a new window, also the places that had lines
    ///   over the limit in the window before, and how many.
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
