internal import Logging

extension SettingsReader {
    /// Nil: the log alone.
    mutating func auditFile() -> String? {
        let value = parsed(.auditOutput) { (value) throws(SettingFault) in
            guard value == "log" || value.hasPrefix("/") else {
                throw SettingFault("is neither \"log\" nor a file. Write log or the path of a file, starting with '/'.")
            }
            return value
        }
        return value == "log" ? nil : value
    }
}

extension Settings.Log {
    /// What works but should not stay as it is.
    func warnings(auditFile: String?) -> [String] {
        guard auditFile == nil, severity > .info else { return [] }
        return [
            """
            [log] severity hides the lines of decisions and refusals, and [audit] output names no file for them. Set severity to \
            INFO or output to a file.
            """
        ]
    }
}
