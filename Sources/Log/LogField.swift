/// Formats the value of a field in a log line: bare if it has only printable ASCII without spaces, else quoted. The quotation
/// marks can be found by programs that read bytes, Unicode scalars or characters.
///
/// A combining mark would form one character with a quotation mark or a backslash before it, and some letters form one with
/// what follows. A program that reads characters would then miss the quotation mark, so such scalars are escaped. So are all
/// spaces except the ASCII one.
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

    /// Returns the scalars that stand for one scalar of the value.
    /// - Parameter mayJoin: whether the scalar before it belongs to the format, such as a quotation mark, an escape or a space,
    ///   so that a combining mark must not attach to it.
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

    /// Whether the scalar forms one character with a quotation mark before or after it.
    private static func joins(_ scalar: Unicode.Scalar) -> Bool {
        var (before, after) = (String.UnicodeScalarView(), String.UnicodeScalarView())
        before.append(contentsOf: [scalar, "\""])
        after.append(contentsOf: ["\"", scalar])
        return String(before).count == 1 || String(after).count == 1
    }
}
