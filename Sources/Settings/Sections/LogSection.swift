import Access
internal import Base
package import Logging

extension Settings {
    /// `[log]`: where the log goes, and how much it says.
    package struct Log: Equatable, Sendable {
        /// The place that the log is written to.
        package enum Output: Equatable, Sendable {
            case stderr
            case stdout
            /// The path of a file, which is appended to.
            case file(String)
        }

        /// The form of the lines.
        package enum Format: String, Sendable {
            /// Lines for people, such as `INFO   message field:value`.
            case text
            /// Each line is a JSON object.
            case json
        }

        package var output = Output.stderr
        package var format = Format.text
        package var severity = Logger.Level.info
    }
}

extension SettingsSection {
    static let log = SettingsSection("log", keys: [.output, .format, .severity])
}

extension SettingKey {
    static let output = SettingKey(
        "log.output", .string(default: "stderr"),
        help: "`stderr`, `stdout`, or a file, which is appended to.",
        isInForce: true, effect: .restart)
    static let format = SettingKey(
        "log.format", .string(default: "text"),
        help: "`text`, or `json` for one JSON object a line.")
    static let severity = SettingKey(
        "log.severity", .string(default: "INFO"),
        help: "`ERROR`, `WARN`, `INFO` or `DEBUG`.",
        isInForce: true)
}

extension SettingsReader {
    mutating func log() -> Settings.Log {
        var log = Settings.Log()
        let output = parsed(.output) { (value) throws(SettingFault) in
            switch value {
            // The original's logger has several names for both.
            case "stderr", "error", "2": return Settings.Log.Output.stderr
            case "stdout", "out", "1": return .stdout
            case _ where value.contains("/"): return .file(value)
            default:
                let shown = OneLine.bounded(value, 64)
                throw SettingFault(
                    "\"\(shown)\" is no output.", mend: "Write stderr, stdout or the path of a file, with a slash.")
            }
        }
        let format = parsed(.format) { (value) throws(SettingFault) in
            guard let format = Settings.Log.Format(rawValue: value) else {
                throw SettingFault("\"\(OneLine.bounded(value, 64))\" is no format.", mend: "Write text or json.")
            }
            return format
        }
        let severity = parsed(.severity) { (value) throws(SettingFault) in
            switch value.uppercased() {
            case "DEBUG", "TRACE": return Logger.Level.debug
            case "INFO": return .info
            case "WARN", "WARNING": return .warning
            case "ERROR", "ERR": return .error
            default:
                throw SettingFault(
                    "\"\(OneLine.bounded(value, 64))\" is no severity.", mend: "Write DEBUG, INFO, WARN or ERROR.")
            }
        }
        if let output { log.output = output }
        if let format { log.format = format }
        if let severity { log.severity = severity }
        return log
    }
}

extension Settings.Log {
    /// Settings that work but should be changed.
    func warnings(_ audit: Settings.Audit) -> [Notice] {
        guard audit.file == nil, severity > .info else { return [] }
        return [
            Notice(
                "[log] severity hides the lines of decisions and refusals, and [audit] output names no file for them.",
                mend: "Set severity to INFO or output to a file.")
        ]
    }
}
