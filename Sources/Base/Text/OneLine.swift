/// Makes text from outside fit for a line of the log.
package enum OneLine {
    /// Returns at most `limit` characters of the text, with control characters as spaces.
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
