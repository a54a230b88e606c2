import Glibc

/// A JSON string that is not decoded yet: the bytes between its quotation marks, including escapes.
struct JSONString {
    var content: UnsafeRawBufferPointer
    var isEscaped: Bool

    /// Decodes the text. Throws when it has more than `limit` bytes.
    func value(limit: Int) throws(MalformedClick) -> String {
        guard isEscaped else {
            guard content.count <= limit else { throw MalformedClick(reason: "a field is too long") }
            return String(decoding: content, as: UTF8.self)
        }
        var result = String.UnicodeScalarView()
        var length = 0
        try unescape { (scalar) throws(MalformedClick) in
            length += UTF8.width(scalar)
            guard length <= limit else { throw MalformedClick(reason: "a field is too long") }
            result.append(scalar)
        }
        return String(result)
    }

    /// Throws when an escape is wrong. It is for strings that are skipped.
    func check() throws(MalformedClick) {
        guard isEscaped else { return }
        try unescape { (_) throws(MalformedClick) in }
    }

    /// Whether the bytes are those of the word. A string with escapes is never equal.
    func equals(_ word: StaticString) -> Bool {
        // Most keys differ in their length, so that is compared first.
        guard content.count == word.utf8CodeUnitCount, !isEscaped, let start = content.baseAddress else { return false }
        return memcmp(start, word.utf8Start, content.count) == 0
    }

    private func unescape(_ take: (Unicode.Scalar) throws(MalformedClick) -> Void) throws(MalformedClick) {
        var index = 0
        while index < content.count {
            if content[index] == UInt8(ascii: "\\") {
                try take(escape(at: &index))
            } else {
                try take(scalar(at: &index))
            }
        }
    }

    /// Decodes one scalar. The text is known to be valid UTF-8.
    private func scalar(at index: inout Int) throws(MalformedClick) -> Unicode.Scalar {
        let width = max(1, (~content[index]).leadingZeroBitCount)
        let end = min(index + width, content.count)
        defer { index = end }
        guard let scalar = String(decoding: content[index..<end], as: UTF8.self).unicodeScalars.first else {
            throw MalformedClick(reason: "not UTF-8")
        }
        return scalar
    }

    private func escape(at index: inout Int) throws(MalformedClick) -> Unicode.Scalar {
        guard index + 1 < content.count else { throw MalformedClick(reason: "an unknown escape") }
        let letter = content[index + 1]
        index += 2
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(letter)
        case UInt8(ascii: "b"): return "\u{08}"
        case UInt8(ascii: "f"): return "\u{0C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try unicodeEscape(at: &index)
        default: throw MalformedClick(reason: "an unknown escape")
        }
    }

    /// Decodes what follows `\u`: four hexadecimal digits, or a surrogate pair in two escapes. Half a pair is refused.
    private func unicodeEscape(at index: inout Int) throws(MalformedClick) -> Unicode.Scalar {
        let high = try hexadecimal(at: &index)
        if let scalar = Unicode.Scalar(high) { return scalar }
        guard high < 0xDC00, index + 1 < content.count, content[index] == UInt8(ascii: "\\"),
            content[index + 1] == UInt8(ascii: "u")
        else { throw MalformedClick(reason: "half a surrogate pair") }
        index += 2
        let low = try hexadecimal(at: &index)
        guard (0xDC00...0xDFFF).contains(low), let scalar = Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
        else { throw MalformedClick(reason: "half a surrogate pair") }
        return scalar
    }

    private func hexadecimal(at index: inout Int) throws(MalformedClick) -> UInt32 {
        guard index + 4 <= content.count else { throw MalformedClick(reason: "an unknown escape") }
        var value = UInt32(0)
        for byte in content[index..<index + 4] {
            switch byte {
            case 0x30...0x39: value = value << 4 | UInt32(byte - 0x30)
            case 0x41...0x46: value = value << 4 | UInt32(byte - 0x41 + 10)
            case 0x61...0x66: value = value << 4 | UInt32(byte - 0x61 + 10)
            default: throw MalformedClick(reason: "an unknown escape")
            }
        }
        index += 4
        return value
    }
}
