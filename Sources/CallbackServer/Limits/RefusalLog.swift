package import Logging
import NIOCore

/// A callback that was refused, or a number of further ones from the same source, for the log and the audit.
package struct RefusedCallback: Sendable {
    package let reason: String
    /// The address from which it came. Nil if several addresses are counted together.
    package let remote: String?
    /// The number of callbacks; 1 for a single one.
    package let count: Int
    /// Fields that the body claims. None of them is verified.
    package let metadata: Logger.Metadata
}

/// Logs refused callbacks, each by one line. If a source has more than a few in a minute, the further ones are counted, and
/// their number is logged at the end of the minute. So the number of lines is bounded, however many refusals and sources there
/// are. It is used on one event loop.
struct RefusalLog {
    /// The largest number of lines of one source in a minute. Further refusals are only counted.
    static let burst = 5
    /// The largest number of lines of all sources together in a minute.
    static let total = 60
    /// The number of sources that are counted separately. Further ones are counted together.
    static let sources = 64
    static let window = TimeAmount.minutes(1)

    private let logger: Logger
    private let audit: (RefusedCallback) -> Void
    private var windowEnd = NIODeadline.uptimeNanoseconds(0)
    private var written = 0
    /// For each source, the number of lines that it had in this minute, and the number of refusals that had none.
    private var seen: [String: (lines: Int, more: Int)] = [:]
    /// The number of refusals of the sources that are counted together.
    private var others = 0

    init(logger: Logger, audit: @escaping (RefusedCallback) -> Void) {
        self.logger = logger
        self.audit = audit
    }

    /// Logs a refusal, or counts it. The caller must not pass a signature, trigger id or password in `metadata`.
    mutating func refused(_ reason: String, from remote: String, _ metadata: Logger.Metadata = [:], at now: NIODeadline) {
        if now >= windowEnd { endWindow(at: now) }
        guard seen[remote] != nil || seen.count < Self.sources else { return others += 1 }
        var source = seen[remote] ?? (lines: 0, more: 0)
        defer { seen[remote] = source }
        guard source.lines < Self.burst, written < Self.total else { return source.more += 1 }
        source.lines += 1
        written += 1
        write(RefusedCallback(reason: reason, remote: remote, count: 1, metadata: metadata))
    }

    /// Counts a refusal without a line of its own.
    mutating func counted(from remote: String, at now: NIODeadline) {
        if now >= windowEnd { endWindow(at: now) }
        guard seen[remote] != nil || seen.count < Self.sources else { return others += 1 }
        seen[remote, default: (lines: 0, more: 0)].more += 1
    }

    /// Writes the numbers of the refusals that had no line, and begins the next minute.
    mutating func endWindow(at now: NIODeadline) {
        for (remote, source) in seen.sorted(by: { $0.key < $1.key }) where source.more > 0 {
            write(RefusedCallback(reason: Self.more, remote: remote, count: source.more, metadata: [:]))
        }
        if others > 0 { write(RefusedCallback(reason: Self.more, remote: nil, count: others, metadata: [:])) }
        (written, others, windowEnd) = (0, 0, now + Self.window)
        seen.removeAll()
    }

    private static let more = "more that came to nothing within a minute"

    private func write(_ refused: RefusedCallback) {
        var metadata = refused.metadata
        metadata["remote"] = "\(refused.remote ?? "several")"
        if refused.count > 1 { metadata["count"] = "\(refused.count)" }
        logger.warning("Refused a request to the action route: \(refused.reason)", metadata: metadata)
        audit(refused)
    }
}
