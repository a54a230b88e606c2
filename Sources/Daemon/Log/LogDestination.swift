import Glibc
import Synchronization

/// Where log lines go. Each is one `write`, so that lines of several processes appending to a file do not mix.
package final class LogDestination: Sendable {
    /// Why a log file cannot be used.
    package struct OpenError: Error, CustomStringConvertible {
        package var path: String
        package var reason: String
        package var section = "log"
        /// A failure that is not the folder's fault.
        package var mend: String?
        package var description: String {
            "cannot open the \(section) file \(path) for appending: \(reason). "
                + (mend ?? "Mend `output` in `[\(section)]` or the folder's permissions.")
        }
    }

    /// What the file is for, as the configuration names it, and who may read it.
    package enum Purpose: String, Sendable {
        case log, audit

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
    private let start = ContinuousClock.now

    private init(path: String?, purpose: Purpose = .log, descriptor: Int32, open: @escaping Open = LogFile.open) {
        self.path = path
        self.purpose = purpose
        self.open = open
        var state = State(descriptor: descriptor) { trouble in
            if path != nil { Self.standardError.write("teleport-mattermost: \(trouble.words)\n") }
        }
        state.lines.isTorn = path.map(LogFile.endsWithinLine) ?? false
        self.state = Mutex(state)
    }

    package static let standardError = LogDestination(path: nil, descriptor: STDERR_FILENO)
    package static let standardOutput = LogDestination(path: nil, descriptor: STDOUT_FILENO)

    package static func file(_ path: String, for purpose: Purpose = .log) throws(OpenError) -> LogDestination {
        try file(path, for: purpose, by: LogFile.open)
    }

    static func file(_ path: String, for purpose: Purpose, by open: @escaping Open) throws(OpenError) -> LogDestination {
        LogDestination(path: path, purpose: purpose, descriptor: try open(path, purpose), open: open)
    }

    deinit {
        if path != nil { state.withLock { _ = close($0.descriptor) } }
    }

    /// Opens the file anew, after it was moved away by a rotation. Nothing to do for a stream.
    package func reopen() throws(OpenError) {
        guard let path else { return }
        let new = try open(path, purpose)
        let old = state.withLock { state in
            defer { state.descriptor = new }
            return state.descriptor
        }
        close(old)
    }

    /// Why lines are being lost; nil when they are not.
    package var trouble: String? { state.withLock { $0.trouble } }

    /// Where trouble is told, once for its beginning and once for its end; standard error until this is called.
    package func onTrouble(_ tell: @escaping @Sendable (Trouble) -> Void) { state.withLock { $0.tell = tell } }

    /// Writes a line of a place in the program unless that had too many; what is not written is counted.
    func write(_ line: String, of place: String, more: (_ count: Int, _ place: String) -> String) {
        let now = ContinuousClock.now - start
        let taken = state.withLock { $0.budget.take(place, bytes: line.utf8.count, at: now) }
        for (place, count) in taken.more { write(more(count, place)) }
        if taken.isWritten { write(line) }
    }

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
