import Base
package import Logging

/// A log handler that writes lines in the documented format: `INFO   Watcher connected key:value`. Lines of debugging end with
/// their place in the program, as in `Watcher/Feed.swift:41`.
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
        var line = "\(event.level.textName)   "
        Self.append(JSONText.bounded(event.message.description, bytes: LineBudget.lineLimit), to: &line)
        let fields = event.metadata.map { metadata.merging($0) { _, new in new } } ?? metadata
        for (key, value) in fields.sorted(by: { $0.key < $1.key }) {
            line += " \(key):"
            line.unicodeScalars.append(
                contentsOf: LogField.written(JSONText.bounded(value.description, bytes: LineBudget.fieldLimit)).unicodeScalars)
        }
        let place = event.namesPlace ? " \(event.place)" : ""
        line = JSONText.bounded(line, bytes: LineBudget.lineLimit - place.utf8.count - 1) + "\(place)\n"
        destination.write(line, of: event) {
            "\(Logger.Level.warning.textName)   More lines of one place within a minute count:\($0) place:\($1)\n"
        }
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
