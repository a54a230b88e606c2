package import Access
package import Logging
import ServiceLifecycle
import Synchronization

/// Writes each decision and refusal to the log, and as a JSON line to a file of its own if one is configured.
///
/// Each decision has its line, because decisions are rare. Refusals cost little to the person who causes them, so the number of
/// their lines in a minute is bounded by ``RefusalBudget``. The length of each line is bounded, too.
package final class AuditLog: Sendable {
    /// The largest number of bytes in a line.
    static let lineLimit = 8 << 10
    /// The largest number of bytes in a field as it is written. User names and roles may be as long as Teleport lets them be.
    static let fieldLimit = 1024
    /// The largest number of bytes in a reason as it is written. People may write a reason of a thousand characters.
    static let reasonLimit = 4096

    private let logger: Logger
    private let file: (@Sendable (String) -> Void)?
    private let elapsed: @Sendable () -> Duration
    private let observe: Happening.Observe
    private let budget = Mutex(RefusalBudget())

    /// Creates an audit log.
    /// - Parameters:
    ///   - logger: gets a line for each entry.
    ///   - file: writes a line to the audit file. This is nil if no file is configured.
    ///   - elapsed: the elapsed time, by which the lines in a minute are counted.
    ///   - observe: is told of every decision and refusal, also of those that get no line.
    package init(
        logger: Logger, file: (@Sendable (String) -> Void)?,
        elapsed: @escaping @Sendable () -> Duration = AuditLog.sinceStart,
        observe: @escaping Happening.Observe = Happening.unobserved
    ) {
        self.logger = logger
        self.file = file
        self.elapsed = elapsed
        self.observe = observe
    }

    private static let start = ContinuousClock.now

    /// The time since this property was first used, by a clock that does not jump.
    package static let sinceStart: @Sendable () -> Duration = { ContinuousClock.now - start }

    /// Writes the entry, unless it is a refusal that has no line left in this minute.
    func write(_ entry: AuditEntry, at moment: Timestamp) {
        observe(.clicked(entry.outcome, entry.requestID, person: entry.user?.username, why: entry.why))
        guard entry.outcome == .refused else { return put(entry, at: moment) }
        let (isWritten, counts) = budget.withLock {
            $0.take(of: entry.userID, isRepeated: entry.isRepeated, at: elapsed())
        }
        put(counts, at: moment)
        if isWritten { put(entry, at: moment) }
    }

    /// Writes the numbers of the refusals that got no line, once their minute is over.
    /// - Parameter isLast: whether the process ends, so that the numbers of the current minute are written, too.
    package func writeCounts(at moment: Timestamp, isLast: Bool = false) {
        let now = isLast ? elapsed() + RefusalBudget.window : elapsed()
        put(budget.withLock { $0.endWindow(at: now) }, at: moment)
    }

    private func put(_ entry: AuditEntry, at moment: Timestamp) {
        var metadata: Logger.Metadata = [:]
        for field in entry.fields { metadata[field.name] = "\(JSONText.bounded(field.value, bytes: Self.limit(field.name)))" }
        switch entry.outcome {
        // Decisions are logged as notices, which the log never drops when it is flooded with other lines.
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

    /// Writes refused callbacks to the file only, because the listener has its own line for them in the log.
    /// - Parameters:
    ///   - count: the number of callbacks that the line stands for.
    ///   - remote: the address that they came from, or nil if many addresses are counted together.
    ///   - claims: what the body of the callback says. Nothing of it is proven.
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

/// Writes the numbers of the refusals that got no line to the audit log, once a minute.
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
