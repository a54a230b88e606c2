extension JSON {
    /// The value as Go's `encoding/json` writes it: without spaces, and with `<`, `>` and `&` escaped.
    package var goEncoded: [UInt8] {
        var bytes: [UInt8] = []
        write(to: &bytes)
        return bytes
    }

    private func write(to bytes: inout [UInt8]) {
        switch self {
        case .null: bytes += "null".utf8
        case .bool(let value): bytes += (value ? "true" : "false").utf8
        case .integer(let value): bytes += String(value).utf8
        case .number(let value): bytes += (Int64(exactly: value).map { String($0) } ?? "\(value)").utf8
        case .string(let text): Self.write(text, to: &bytes)
        case .array(let elements): Self.write(elements, between: ("[", "]"), to: &bytes) { $0.write(to: &$1) }
        case .object(let members):
            Self.write(members, between: ("{", "}"), to: &bytes) { member, bytes in
                Self.write(member.name, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                member.value.write(to: &bytes)
            }
        }
    }

    private static func write<Item>(
        _ items: [Item], between brackets: (Unicode.Scalar, Unicode.Scalar), to bytes: inout [UInt8],
        each: (Item, inout [UInt8]) -> Void
    ) {
        bytes.append(UInt8(ascii: brackets.0))
        for (index, item) in items.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            each(item, &bytes)
        }
        bytes.append(UInt8(ascii: brackets.1))
    }

    /// Writes a string. Runs of bytes that need no escape are copied at once, because a page of the longest posts has
    /// megabytes.
    private static func write(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { source in
            var start = 0
            while start < source.count {
                let end = plainEnd(in: source, from: start)
                bytes.append(contentsOf: source[start..<end])
                start = end
                if start < source.count { start += writeEscaped(source[start...], to: &bytes) }
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// The position of the first byte from `start` on that may need an escape. It checks eight bytes at a time.
    private static func plainEnd(in source: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        let bytes = UnsafeRawBufferPointer(source)
        var index = start
        while index &+ 8 <= bytes.count, isPlain(bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)) { index &+= 8 }
        while index < bytes.count, !special.contains(bytes[index]), bytes[index] >= 0x20 { index &+= 1 }
        return index
    }

    private static let special: Set<UInt8> = Set(Array("\"\\<>&".utf8) + [0xE2])

    /// Whether none of eight bytes is a control character, one of `"\<>&`, or the first byte of U+2028 and U+2029.
    private static func isPlain(_ word: UInt64) -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let tops: UInt64 = 0x8080_8080_8080_8080
        // This is the well-known bit test for a zero byte, made once for each byte that is searched.
        var found = (word &- ones &* 0x20) & ~word
        for byte in [0x22, 0x5C, 0x3C, 0x3E, 0x26, 0xE2] as [UInt64] {
            let difference = word ^ (ones &* byte)
            found |= (difference &- ones) & ~difference
        }
        return found & tops == 0
    }

    /// Writes the first character of `rest`, with an escape if it needs one, and returns its length in bytes.
    private static func writeEscaped(_ rest: Slice<UnsafeBufferPointer<UInt8>>, to bytes: inout [UInt8]) -> Int {
        guard let byte = rest.first else { return 0 }
        switch byte {
        case UInt8(ascii: "\""): bytes += "\\\"".utf8
        case UInt8(ascii: "\\"): bytes += "\\\\".utf8
        case UInt8(ascii: "\n"): bytes += "\\n".utf8
        case UInt8(ascii: "\r"): bytes += "\\r".utf8
        case UInt8(ascii: "\t"): bytes += "\\t".utf8
        case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"), 0..<0x20: bytes += escape(UInt32(byte))
        case 0xE2:
            let scalar = rest.prefix(3)
            guard scalar.elementsEqual([0xE2, 0x80, 0xA8]) || scalar.elementsEqual([0xE2, 0x80, 0xA9]) else {
                bytes.append(byte)
                return 1
            }
            bytes += escape(scalar.last == 0xA8 ? 0x2028 : 0x2029)
            return 3
        default: bytes.append(byte)
        }
        return 1
    }

    private static func escape(_ scalar: UInt32) -> [UInt8] {
        let digits = String(scalar, radix: 16)
        return Array(("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).utf8)
    }
}
