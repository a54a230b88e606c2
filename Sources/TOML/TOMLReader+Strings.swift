extension TOMLReader {
    private static let unclosed = "a text is not closed on its line"
    private static let unclosedMend = "End it with the quote that it begins with."

    /// `basic string = quote { character but quote, backslash, controls | escape } quote`
    mutating func basicString() throws(TOMLError) -> String {
        let start = cursor
        var bytes: [UInt8] = []
        cursor.advance()
        while let byte = cursor.byte, !cursor.isAtNewline {
            switch byte {
            case UInt8(ascii: "\""):
                cursor.advance()
                return String(decoding: bytes, as: UTF8.self)
            case UInt8(ascii: "\\"):
                bytes += try escape().utf8
            default:
                try refuseControl()
                bytes.append(byte)
                cursor.advance()
            }
        }
        throw start.error(Self.unclosed, mend: Self.unclosedMend)
    }

    /// `literal string = apostrophe { character but apostrophe, controls } apostrophe`
    mutating func literalString() throws(TOMLError) -> String {
        let start = cursor
        var bytes: [UInt8] = []
        cursor.advance()
        while let byte = cursor.byte, !cursor.isAtNewline {
            if byte == UInt8(ascii: "'") {
                cursor.advance()
                return String(decoding: bytes, as: UTF8.self)
            }
            try refuseControl()
            bytes.append(byte)
            cursor.advance()
        }
        throw start.error(Self.unclosed, mend: Self.unclosedMend)
    }

    /// Reads a string of either kind between three quotes. A newline right after the first three quotes is not part of the
    /// string; up to two quotes right before the last three are.
    mutating func multiLineString() throws(TOMLError) -> String {
        let start = cursor
        guard let quote = cursor.byte else { return "" }
        var bytes: [UInt8] = []
        cursor.advance(by: 3)
        _ = cursor.skipNewline()
        while let byte = cursor.byte {
            if byte == quote {
                let count = cursor.run(of: quote, upTo: 5)
                cursor.advance(by: count)
                bytes += repeatElement(quote, count: count < 3 ? count : count - 3)
                if count >= 3 { return String(decoding: bytes, as: UTF8.self) }
            } else if byte == UInt8(ascii: "\\"), quote == UInt8(ascii: "\"") {
                if try !skipFoldedLines() { bytes += try escape().utf8 }
            } else {
                if !cursor.isAtNewline { try refuseControl() }
                bytes.append(byte)
                cursor.advance()
            }
        }
        throw start.error("a text of several lines is never closed", mend: "End it with the three quotes that it begins with.")
    }

    /// Skips a backslash at the end of a line, together with the newline and all white space up to the next character. Returns
    /// false if the backslash is not at the end of a line.
    private mutating func skipFoldedLines() throws(TOMLError) -> Bool {
        var ahead = cursor
        ahead.advance()
        ahead.skipSpace()
        guard ahead.isAtNewline else { return false }
        while ahead.skipNewline() { ahead.skipSpace() }
        cursor = ahead
        return true
    }

    /// `escape = backslash ( b t n f r quote backslash | u 4 hexadecimal digits | U 8 hexadecimal digits )`
    private mutating func escape() throws(TOMLError) -> String {
        let start = cursor
        cursor.advance()
        let kind = cursor.byte
        cursor.advance()
        switch kind {
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "u"): return try scalar(digits: 4, start)
        case UInt8(ascii: "U"): return try scalar(digits: 8, start)
        default:
            throw start.error(
                "a backslash stands here before a character that has no such meaning",
                mend: "Write \\\\ for a backslash, or put the text in single quotes.")
        }
    }

    private mutating func scalar(digits: Int, _ start: TextCursor) throws(TOMLError) -> String {
        var code: UInt32 = 0
        for _ in 0..<digits {
            guard let byte = cursor.byte, let value = ASCII.hexValue(byte) else {
                throw start.error("an escape has fewer than \(digits) hexadecimal digits", mend: "Write it as \\u00E9.")
            }
            // Eight digits fill the 32 bits and never overflow them.
            code = code << 4 | UInt32(value)
            cursor.advance()
        }
        guard let scalar = Unicode.Scalar(code) else {
            throw start.error("an escape names no Unicode character", mend: "Write the character itself.")
        }
        return String(Character(scalar))
    }
}
