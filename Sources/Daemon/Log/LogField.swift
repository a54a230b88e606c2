/// The value of a field in a log line: bare where it has nothing but printable ASCII, else quoted, whoever reads it by bytes, by scalars or by
/// characters.
///
/// A combining mark would make one character of itself and a quotation mark or a backslash before it, and some letters make one of
/// themselves and what follows: such are escaped. So are all spaces but the one of ASCII.
enum LogField {
    static func written(_ text: String) -> String {
        if !text.isEmpty, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C }) { return text }
        var result = "\""
        var mayJoin = true
        for scalar in text.unicodeScalars {
            let piece = escaped(scalar, mayJoin: mayJoin)
            mayJoin = piece.count > 1 || piece == [" "]
            for scalar in piece { result.unicodeScalars.append(scalar) }
        }
        return result + "\""
    }

    /// - Parameter mayJoin: whether what stands before it is the format's own, which it must not change.
    private static func escaped(_ scalar: Unicode.Scalar, mayJoin: Bool) -> [Unicode.Scalar] {
        switch scalar {
        case "\"", "\\": return ["\\", scalar]
        case "\n": return ["\\", "n"]
        case " "..."~": return [scalar]
        default: break
        }
        let isHidden =
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator, .spaceSeparator, .format, .unassigned, .privateUse: true
            case .nonspacingMark, .spacingMark, .enclosingMark: mayJoin
            default: scalar.properties.isWhitespace || joins(scalar)
            }
        return isHidden ? Array("\\u{\(String(scalar.value, radix: 16))}".unicodeScalars) : [scalar]
    }

    /// Whether it makes one character of itself and a quotation mark, before or after it.
    private static func joins(_ scalar: Unicode.Scalar) -> Bool {
        var (before, after) = (String.UnicodeScalarView(), String.UnicodeScalarView())
        before.append(contentsOf: [scalar, "\""])
        after.append(contentsOf: ["\"", scalar])
        return String(before).count == 1 || String(after).count == 1
    }
}
