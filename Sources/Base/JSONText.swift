/// Text within a JSON string.
package enum JSONText {
    package static func escaped(_ text: String) -> String { escaped(text, bytes: .max) }

    /// As much of it as has this many bytes once it is escaped.
    package static func escaped(_ text: String, bytes limit: Int) -> String {
        var result = ""
        var room = limit
        for scalar in text.unicodeScalars {
            let piece = escaped(scalar)
            room -= piece.utf8.count
            guard room >= 0 else { break }
            result.unicodeScalars.append(contentsOf: piece.unicodeScalars)
        }
        return result
    }

    /// As much of it as has this many bytes, whatever of it is one character: a thousand combining marks are none to count.
    package static func bounded(_ text: String, bytes limit: Int) -> String {
        guard text.utf8.count > limit else { return text }
        var result = String.UnicodeScalarView()
        var room = limit
        for scalar in text.unicodeScalars {
            room -= UTF8.width(scalar)
            guard room >= 0 else { break }
            result.append(scalar)
        }
        return String(result)
    }

    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\"": return "\\\""
        case "\\": return "\\\\"
        case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{2028}", "\u{2029}":
            let digits = String(scalar.value, radix: 16)
            return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        default: return String(scalar)
        }
    }
}
