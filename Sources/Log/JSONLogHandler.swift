package import Base
package import Logging

/// A log handler that writes one JSON object a line: `{"time":…,"level":"INFO","message":…,"fields":{…}}`.
///
/// Lines of debugging also have `source`, the place in the program. Long messages and fields are cut, and fields that find no
/// room in the line are left out, so that each line is a whole object.
package struct JSONLogHandler: LogHandler {
    package var logLevel: Logger.Level
    package var metadata: Logger.Metadata = [:]
    private let destination: LogDestination
    private let now: @Sendable () -> Timestamp

    package init(level: Logger.Level, destination: LogDestination, now: @escaping @Sendable () -> Timestamp = { .now }) {
        logLevel = level
        self.destination = destination
        self.now = now
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        let fields = event.metadata.map { metadata.merging($0) { _, new in new } } ?? metadata
        let line = line(
            event.level, event.message.description, fields.mapValues(\.description), event.namesPlace ? event.place : nil)
        destination.write(line, of: event) { count, place in
            self.line(.warning, "More lines of one place within a minute", ["count": "\(count)", "place": place], nil)
        }
    }

    private func line(_ level: Logger.Level, _ message: String, _ fields: [String: String], _ place: String?) -> String {
        var line = #"{"time":"\#(now().millisecondInUTC)","level":"\#(level.jsonName)","#
        line += #""message":"\#(JSONText.escaped(message, bytes: LineBudget.fieldLimit))""#
        if let place { line += #","source":"\#(JSONText.escaped(place))""# }
        var room = LineBudget.lineLimit - line.utf8.count - 32
        var members: [String] = []
        for (key, value) in fields.sorted(by: { $0.key < $1.key }) {
            let name = JSONText.escaped(key, bytes: 128)
            let limit = min(LineBudget.fieldLimit, room - name.utf8.count - 8)
            guard limit > 0 else { continue }
            members.append(#""\#(name)":"\#(JSONText.escaped(value, bytes: limit))""#)
            room -= (members.last?.utf8.count ?? 0) + 1
        }
        if !members.isEmpty { line += #","fields":{\#(members.joined(separator: ","))}"# }
        return line + "}\n"
    }
}
