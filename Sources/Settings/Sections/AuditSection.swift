extension Settings {
    /// `[audit]`: where decisions and refusals are recorded besides the log.
    package struct Audit: Equatable, Sendable {
        /// The path of a file that gets each decision and refusal as a line of JSON; nil if only the log has them.
        package var file: String?
    }
}

extension SettingsSection {
    static let audit = SettingsSection("audit", isComment: true, keys: [.auditOutput])
}

extension SettingKey {
    static let auditOutput = SettingKey(
        "audit.output", .string(default: "log"),
        help: """
            A file, mode 0600, in which each decision and refusal is also written as a line of JSON. With `log` they are only in
            the log.
            """, effect: .restart)
}

extension SettingsReader {
    mutating func audit() -> Settings.Audit {
        let output = parsed(.auditOutput) { (value) throws(SettingFault) in
            guard value == "log" || value.hasPrefix("/") else {
                throw SettingFault(
                    "is neither \"log\" nor a file.", mend: "Write log or the path of a file, starting with '/'.")
            }
            return value
        }
        return Settings.Audit(file: output == "log" ? nil : output)
    }
}
