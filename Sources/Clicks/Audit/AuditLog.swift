package import Access
package import Logging
import ServiceLifecycle
import Synchronization

/// Writes what was decided and refused: to the log, and as JSON lines to a file of its own where there is one.
///
/// Each decision has its line, which is as rare as decisions are. Refusals cost whoever makes them little, so that they have a bounded number
/// of lines a minute, ``RefusalBudget``, and a line has a bounded number of bytes.
package final class AuditLog: Sendable {
    /// Bytes of one line.
    static let lineLimit = 8 << 10
    /// Bytes of a field as it is written: a user's name and roles are as long as Teleport lets them be.
    static let fieldLimit = 1024
    /// Bytes of a reason as it is written, which people may give in a thousand characters.
    static let reasonLimit = 4096

    private let logger: Logger
    private let file: (@Sendable (String) -> Void)?
    private let elapsed: @Sendable () -> Duration
    private let budget = Mutex(RefusalBudget())

    package init(
        logger: Logger, file: (@Sendable (String) -> Void)?,
        elapsed: @escaping @Sendable () -> Duration = AuditLog.sinceStart
    ) {
        self.logger = logger
        self.file = file
        self.elapsed = elapsed
    }

    private static let start = ContinuousClock.now

    package static let sinceStart: @Sendable () -> Duration = { ContinuousClock.now - start }

    func write(_ entry: AuditEntry, at moment: Timestamp) {
        guard entry.outcome == .refused else { return put(entry, at: moment) }
        let (isWritten, counts) = budget.withLock {
            $0.take(of: entry.userID, isRepeated: entry.isRepeated, at: elapsed())
        }
        put(counts, at: moment)
        if isWritten { put(entry, at: moment) }
    }

    /// Writes the numbers of those that had no line, once their minute is over, or at the end of the process.
    package func writeCounts(at moment: Timestamp, isLast: Bool = false) {
        let now = isLast ? elapsed() + RefusalBudget.window : elapsed()
        put(budget.withLock { $0.endWindow(at: now) }, at: moment)
    }

    private func put(_ entry: AuditEntry, at moment: Timestamp) {
        var metadata: Logger.Metadata = [:]
        for field in entry.fields { metadata[field.name] = "\(JSONText.bounded(field.value, bytes: Self.limit(field.name)))" }
        switch entry.outcome {
        // A decision is never among the lines that a flood of others keeps out of the log.
        case .approved, .denied: logger.notice("The request was \(entry.outcome.rawValue)", metadata: metadata)
        case .reviewed: logger.notice("The request was reviewed and is still pending", metadata: metadata)
        case .withdrawn: logger.notice("The request was withdrawn", metadata: metadata)
        case .unconfirmed: logger.notice("Refused a click: \(entry.words)", metadata: metadata)
        case .refused: logger.info("Refused a click: \(entry.words)", metadata: metadata)
        }
        file?(Self.line(entry.fields + [("words", entry.words)], moment))
    }

    private func put(_ counts: [RefusalBudget.Count], at moment: Timestamp) {
        let words = "more clicks and submissions that were refused within a minute"
        for count in counts {
            let who = count.userID ?? "several"
            logger.info("Refused \(words)", metadata: ["user_id": "\(who)", "count": "\(count.count)"])
            let outcome = AuditEntry.Outcome.refused.rawValue
            file?(
                Self.line(
                    [("outcome", outcome), ("why", "more"), ("user_id", who), ("count", "\(count.count)"), ("words", words)],
                    moment))
        }
    }

    /// To the file alone: the listener has its own line in the log.
    /// - Parameters:
    ///   - count: how many callbacks the line stands for.
    ///   - remote: the address that they came from; nil if many addresses are counted together.
    ///   - claims: what the body said of itself, nothing of it proven.
    package func writeRefusedCallbacks(
        _ count: Int, from remote: String?, because reason: String, claims: Logger.Metadata, at moment: Timestamp
    ) {
        var fields = [("outcome", AuditEntry.Outcome.refused.rawValue), ("why", "callback")]
        fields += claims.sorted { $0.key < $1.key }.map { ($0.key, "\($0.value)") }
        fields += [("remote", remote ?? "several"), ("count", "\(count)"), ("words", reason)]
        file?(Self.line(fields, moment))
    }

    static func line(_ fields: [(name: String, value: String)], _ moment: Timestamp) -> String {
        var line = "{\"time\":\"\(moment.secondInUTC)\""
        for field in fields {
            let room = max(0, lineLimit - line.utf8.count - field.name.utf8.count - 8)
            line += ",\"\(field.name)\":\"\(JSONText.escaped(field.value, bytes: min(limit(field.name), room)))\""
        }
        return line + "}\n"
    }

    private static func limit(_ name: String) -> Int { name == "reason" ? reasonLimit : fieldLimit }
}

/// Tells of the refusals that had no line, each minute.
package struct AuditCounts: Service {
    private let audit: AuditLog
    private let now: @Sendable () -> Timestamp
    private let clock: any Clock<Duration>

    package init(
        audit: AuditLog, now: @escaping @Sendable () -> Timestamp, clock: any Clock<Duration> = .continuous
    ) {
        self.audit = audit
        self.now = now
        self.clock = clock
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while (try? await clock.sleep(for: RefusalBudget.window)) != nil { audit.writeCounts(at: now()) }
        }
    }
}
