package import Base
package import Logging

/// From which severity on lines are logged, and in which form.
package struct LogStyle: Equatable, Sendable {
    /// The form of the lines.
    package enum Format: Sendable {
        /// See ``TextLogHandler``.
        case text
        /// See ``JSONLogHandler``.
        case json
    }

    package var level: Logger.Level
    package var format: Format

    package init(level: Logger.Level, format: Format) {
        self.level = level
        self.format = format
    }
}

/// A log handler whose style may be replaced while loggers use it. Loggers are copied into every part of the plugin, so a
/// reload of the configuration could not reach them otherwise.
package struct LiveLogHandler: LogHandler {
    package var metadata: Logger.Metadata = [:]
    /// The level that was set for this logger alone; nil for that of the style.
    private var ownLevel: Logger.Level?
    private let style: Live<LogStyle>
    private let destination: LogDestination

    package init(_ style: Live<LogStyle>, destination: LogDestination) {
        self.style = style
        self.destination = destination
    }

    package var logLevel: Logger.Level {
        get { ownLevel ?? style.current.level }
        set { ownLevel = newValue }
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        switch style.current.format {
        case .text:
            var handler = TextLogHandler(level: logLevel, destination: destination)
            handler.metadata = metadata
            handler.log(event: event)
        case .json:
            var handler = JSONLogHandler(level: logLevel, destination: destination)
            handler.metadata = metadata
            handler.log(event: event)
        }
    }
}
