/// Foreign text made fit for a log line.
package enum OneLine {
    /// At most `limit` characters, control characters as spaces.
    package static func bounded(_ text: String, _ limit: Int = 200) -> String {
        var line = String.UnicodeScalarView()
        for scalar in text.unicodeScalars.prefix(limit) {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator: line.append(" ")
            default: line.append(scalar)
            }
        }
        return String(line)
    }
}
