import Access
import CallbackServer
package import Logging

/// Writes what was decided and refused: to the log, and as JSON lines to a file of its own where there is one.
package struct AuditLog: Sendable {
    private let logger: Logger
    private let file: LogDestination?

    package init(logger: Logger, file: LogDestination? = nil) {
        self.logger = logger
        self.file = file
    }

    func write(_ entry: AuditEntry, at moment: Timestamp) {
        var metadata: Logger.Metadata = [:]
        for field in entry.fields { metadata[field.name] = "\(Self.bounded(field.value))" }
        let message: Logger.Message =
            switch entry.outcome {
            case .approved, .denied: "The request was \(entry.outcome.rawValue)"
            case .reviewed: "The request was reviewed and is still pending"
            case .withdrawn: "The request was withdrawn"
            case .refused, .unconfirmed: "Refused a click: \(entry.words)"
            }
        logger.info(message, metadata: metadata)
        file?.write(Self.line(entry.fields + [("words", entry.words)], moment))
    }

    /// To the file alone: the listener has its own line in the log.
    func write(_ refused: RefusedCallback, at moment: Timestamp) {
        var fields = [("outcome", AuditEntry.Outcome.refused.rawValue), ("why", "callback")]
        fields += refused.metadata.sorted { $0.key < $1.key }.map { ($0.key, "\($0.value)") }
        fields += [("remote", refused.remote ?? "several"), ("count", "\(refused.count)"), ("words", refused.reason)]
        file?.write(Self.line(fields, moment))
    }

    private static func line(_ fields: [(name: String, value: String)], _ moment: Timestamp) -> String {
        var line = "{\"time\":\"\(moment.secondInUTC)\""
        for field in fields {
            line += ",\"\(field.name)\":\"\(JSONText.escaped(bounded(field.value)))\""
        }
        return line + "}\n"
    }

    /// A user's name and roles are as long as Teleport lets them be.
    private static func bounded(_ text: String) -> String { String(text.prefix(1000)) }
}
