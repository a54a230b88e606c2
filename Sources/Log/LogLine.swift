import Logging

extension Logger.Level {
    /// The name of the level in a line of text.
    var textName: String {
        switch self {
        case .trace: "TRAC"
        case .debug: "DEBU"
        case .info, .notice: "INFO"
        case .warning: "WARN"
        case .error: "ERRO"
        case .critical: "FATA"
        }
    }

    /// The name of the level in a line of JSON. It is the name that `[log] severity` has for it.
    var jsonName: String {
        switch self {
        case .trace: "TRACE"
        case .debug: "DEBUG"
        case .info, .notice: "INFO"
        case .warning: "WARN"
        case .error: "ERROR"
        case .critical: "FATAL"
        }
    }

    /// The priority of the level in the journal (`syslog(3)`). Decisions are logged as notices.
    var journalPriority: Int {
        switch self {
        case .trace, .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        case .critical: 2
        }
    }
}

extension LogEvent {
    /// The place in the program that logs, such as `Watcher/Feed.swift:41`.
    var place: String {
        let parts = file.split(separator: "/")
        return "\(parts.suffix(2).joined(separator: "/")):\(line)"
    }

    /// Whether the line names its place. Only lines for developers do, because the place says nothing to an operator and differs
    /// between versions.
    var namesPlace: Bool { level <= .debug }
}

extension LogDestination {
    /// Writes the line of an event, and lines that count those that other places could not write.
    /// - Parameter count: makes the line that says how many lines of a place were left out.
    func write(_ line: String, of event: LogEvent, counting count: (_ lines: Int, _ place: String) -> String) {
        // Decisions are logged at this level. They are as rare as requests are, and must not be left out.
        guard event.level != .notice else { return write(line, at: event.level) }
        write(line, at: event.level, of: event.place, more: count)
    }
}
