import Access
import Glibc
package import Logging
import Synchronization

/// The target of log or audit lines: a file, standard output or standard error.
///
/// Each line is written by one `write` call, so that the lines of several processes that append to the same file do not mix. A
/// line that cannot be written is lost: a full disk must not stop the plugin. All members may be used from any thread.
package final class LogDestination: Sendable {
    /// The reason why a log or audit file cannot be used.
    package struct OpenError: OperatorError {
        package var path: String
        package var reason: String
        /// The section of the configuration that names the file.
        package var section = "log"
        /// The advice how to correct a failure that is not the folder's fault.
        var ownMend: String?

        package var words: String { "cannot open the \(section) file \(path) for appending: \(reason)." }
        package var mend: String? { ownMend ?? "Mend `output` in `[\(section)]` or the folder's permissions." }
    }

    /// The purpose of a file. The raw value is the name of its section in the configuration, and the mode decides who may read
    /// it.
    package enum Purpose: String, Sendable {
        case log, audit

        /// The permissions of a new file. The audit file is for its owner alone.
        var mode: mode_t { self == .audit ? 0o600 : 0o640 }
    }

    private struct State {
        var descriptor: Int32
        var lines = LineWriter()
        var budget = LineBudget()
        var trouble: String?
        var tell: @Sendable (Trouble) -> Void
    }

    /// Reports that lines are lost, or that they are written again.
    package struct Trouble: Sendable {
        package var isOver: Bool
        package var words: String
    }

    /// Opens a file for appending.
    typealias Open = @Sendable (_ path: String, _ purpose: Purpose) throws(OpenError) -> Int32

    private let path: String?
    private let purpose: Purpose
    private let state: Mutex<State>
    private let open: Open
    /// Whether the lines go to systemd's journal, which takes their priority from a prefix.
    private let isJournal: Bool
    private let start = ContinuousClock.now

    private init(path: String?, purpose: Purpose = .log, descriptor: Int32, open: @escaping Open = LogFile.open) {
        self.path = path
        isJournal = path == nil && JournalStream.isJournal(descriptor)
        self.purpose = purpose
        self.open = open
        var state = State(descriptor: descriptor) { trouble in
            if path != nil {
                Self.standardError.write("teleport-mattermost: \(trouble.words)\n", at: trouble.isOver ? .warning : .error)
            }
        }
        state.lines.isTorn = path.map(LogFile.endsWithinLine) ?? false
        self.state = Mutex(state)
    }

    package static let standardError = LogDestination(path: nil, descriptor: STDERR_FILENO)
    package static let standardOutput = LogDestination(path: nil, descriptor: STDOUT_FILENO)

    /// Opens a file for appending, and makes it if it does not exist.
    package static func file(_ path: String, for purpose: Purpose = .log) throws(OpenError) -> LogDestination {
        try file(path, for: purpose, by: LogFile.open)
    }

    static func file(_ path: String, for purpose: Purpose, by open: @escaping Open) throws(OpenError) -> LogDestination {
        LogDestination(path: path, purpose: purpose, descriptor: try open(path, purpose), open: open)
    }

    deinit {
        if path != nil { state.withLock { _ = close($0.descriptor) } }
    }

    /// Opens the file anew, after a log rotation has moved it away. It has no effect on standard output and standard error. If
    /// opening fails, the old file stays in use.
    package func reopen() throws(OpenError) {
        guard let path else { return }
        let new = try open(path, purpose)
        let old = state.withLock { state in
            defer { state.descriptor = new }
            return state.descriptor
        }
        close(old)
    }

    /// The reason why lines are being lost at present; nil if they are not.
    package var trouble: String? { state.withLock { $0.trouble } }

    /// Sets the function that is told when lines begin to be lost and when they are written again. Until it is set, both are
    /// written to standard error.
    package func onTrouble(_ tell: @escaping @Sendable (Trouble) -> Void) { state.withLock { $0.tell = tell } }

    /// Writes a line unless its place in the program has written too many; those that are not written are counted.
    /// - Parameter more: returns the line that tells how many lines of a place were left out.
    func write(_ line: String, at level: Logger.Level, of place: String, more: (_ count: Int, _ place: String) -> String) {
        let now = ContinuousClock.now - start
        let taken = state.withLock { $0.budget.take(place, bytes: line.utf8.count, at: now) }
        for (place, count) in taken.more { write(more(count, place), at: .warning) }
        if taken.isWritten { write(line, at: level) }
    }

    /// Writes lines with their priority, if they go to the journal. Each has to end with a line feed.
    package func write(_ lines: String, at level: Logger.Level) {
        guard isJournal else { return write(lines) }
        write(JournalStream.marked(lines, level))
    }

    /// Writes a line, which has to end with a line feed, without any limit. It blocks until the kernel has taken it.
    package func write(_ line: String) {
        let told: (tell: @Sendable (Trouble) -> Void, Trouble)? = state.withLock { state in
            let descriptor = state.descriptor
            let news = state.lines.write(line) { bytes in
                let count = Glibc.write(descriptor, bytes.baseAddress, bytes.count)
                return count < 0 ? -Int(errno) : count
            }
            guard let news else { return nil }
            let trouble = trouble(news)
            state.trouble = trouble.isOver ? nil : trouble.words
            return (state.tell, trouble)
        }
        if let (tell, trouble) = told { tell(trouble) }
    }

    private func trouble(_ news: LineWriter.News) -> Trouble {
        let file = "the \(purpose.rawValue) file \(path ?? "")"
        return switch news {
        case .failed(let error):
            Trouble(
                isOver: false,
                words: "\(file) cannot be written, and its lines are lost: \(String(cString: strerror(error)))")
        case .recovered(let lost): Trouble(isOver: true, words: "\(file) is written again; lines lost: \(lost)")
        }
    }
}
