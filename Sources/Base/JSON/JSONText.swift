/// Escapes and shortens text for a JSON string.
package enum JSONText {
    /// Escapes the whole text, without adding quotes.
    package static func escaped(_ text: String) -> String {
        var bytes: [UInt8] = []
        write(text, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Writes the text, escaped and between quotes.
    static func writeQuoted(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        write(text, to: &bytes)
        bytes.append(UInt8(ascii: "\""))
    }

    private static func write(_ text: String, to bytes: inout [UInt8]) {
        guard !text.hasOnly(isPlain) else { return bytes.append(contentsOf: text.utf8) }
        for scalar in text.unicodeScalars { bytes.append(contentsOf: escaped(scalar).utf8) }
    }

    /// Whether a byte is an ASCII character that needs no escape. Most texts have no others.
    private static func isPlain(_ byte: UInt8) -> Bool {
        (0x20..<0x7F).contains(byte) && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }

    /// Escapes the longest beginning of the text that takes at most `limit` bytes once it is escaped.
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

    /// Cuts the text to `limit` bytes. The limit is not one of characters, because one character may have a thousand combining
    /// marks.
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
