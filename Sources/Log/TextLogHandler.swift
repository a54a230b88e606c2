import Base
package import Logging

/// A log handler that writes lines in the documented format: `DEBU   Watcher connected key:value Watcher/Feed.swift:41`.
///
/// Each event is one line: control characters are escaped, so that text from outside cannot start a line of its own. Long
/// fields and lines are cut, and a place in the program that logs too often is limited, both as `LineBudget` says.
package struct TextLogHandler: LogHandler {
    package var logLevel: Logger.Level
    package var metadata: Logger.Metadata = [:]
    private let destination: LogDestination

    package init(level: Logger.Level, destination: LogDestination) {
        logLevel = level
        self.destination = destination
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var line = "\(Self.name(of: event.level))   "
        Self.append(JSONText.bounded(event.message.description, bytes: LineBudget.lineLimit), to: &line)
        let fields = event.metadata.map { metadata.merging($0) { _, new in new } } ?? metadata
        for (key, value) in fields.sorted(by: { $0.key < $1.key }) {
            line += " \(key):"
            line.unicodeScalars.append(
                contentsOf: LogField.written(JSONText.bounded(value.description, bytes: LineBudget.fieldLimit)).unicodeScalars)
        }
        let place = Self.place(event)
        line = JSONText.bounded(line, bytes: LineBudget.lineLimit - place.utf8.count - 2) + " \(place)\n"
        // Decisions are logged at this level. They are as rare as requests are, and must not be left out.
        guard event.level != .notice else { return destination.write(line) }
        destination.write(line, of: place) {
            "\(Self.name(of: .warning))   More lines of one place within a minute count:\($0) \($1)\n"
        }
    }

    private static func name(of level: Logger.Level) -> String {
        switch level {
        case .trace: "TRAC"
        case .debug: "DEBU"
        case .info, .notice: "INFO"
        case .warning: "WARN"
        case .error: "ERRO"
        case .critical: "FATA"
        }
    }

    private static func place(_ event: LogEvent) -> String {
        let parts = event.file.split(separator: "/")
        return "\(parts.suffix(2).joined(separator: "/")):\(event.line)"
    }

    private static func append(_ text: String, to line: inout String) {
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator, .format:
                line += scalar == "\n" ? "\\n" : "\\u{\(String(scalar.value, radix: 16))}"
            default: line.unicodeScalars.append(scalar)
            }
        }
    }
}
