/// Encodes and decodes base64 (RFC 4648), in its canonical form only: the same bytes always have the same text. White space,
/// wrong padding and unused bits that are not zero are refused.
package enum Base64: Sendable {
    /// The alphabet with `+` and `/`, padded with `=` (section 4).
    case standard
    /// The alphabet with `-` and `_`, without padding (section 5).
    case url

    package func encode(_ bytes: [UInt8]) -> String {
        let count = (bytes.count * 8 + 5) / 6
        let padding = self == .standard ? (4 - count % 4) % 4 : 0
        return String(unsafeUninitializedCapacity: count + padding) { out in
            var (position, bits, held) = (0, UInt32(0), 0)
            for byte in bytes {
                (bits, held) = (bits << 8 | UInt32(byte), held + 8)
                while held >= 6 {
                    held -= 6
                    out[position] = letter(bits >> UInt32(held))
                    position += 1
                }
            }
            if held > 0 {
                out[position] = letter(bits << UInt32(6 - held))
                position += 1
            }
            out[position..<position + padding].update(repeating: UInt8(ascii: "="))
            return position + padding
        }
    }

    /// Decodes into the start of `out` and returns the number of bytes. Returns nil if the text is not canonical, or if the
    /// bytes do not fit.
    package func decode(_ text: some Collection<UInt8>, into out: UnsafeMutableRawBufferPointer) -> Int? {
        if let count = text.withContiguousStorageIfAvailable({ decode($0, into: out) }) { return count }
        return Array(text).withUnsafeBufferPointer { decode($0, into: out) }
    }

    private func decode(_ text: UnsafeBufferPointer<UInt8>, into out: UnsafeMutableRawBufferPointer) -> Int? {
        var length = text.count
        if self == .standard {
            guard length % 4 == 0 else { return nil }
            length -= text.suffix(2).reduce(0) { $1 == UInt8(ascii: "=") ? $0 + 1 : 0 }
        }
        guard length % 4 != 1, length * 6 / 8 <= out.count else { return nil }
        var (count, bits, held) = (0, UInt32(0), 0)
        for position in 0..<length {
            guard let value = value(of: text[position]) else { return nil }
            (bits, held) = (bits << 6 | value, held + 6)
            guard held >= 8 else { continue }
            held -= 8
            out[count] = UInt8(truncatingIfNeeded: bits >> UInt32(held))
            count += 1
        }
        // The unused bits must be zero. Otherwise one signature would have several texts.
        return bits & (1 << UInt32(held) - 1) == 0 ? count : nil
    }

    /// Decodes a text of at most `limit` bytes. Returns nil if the text is not canonical, or has more bytes.
    package func decode(_ text: some Collection<UInt8>, limit: Int) -> [UInt8]? {
        var isRight = false
        let bytes = [UInt8](unsafeUninitializedCapacity: min(limit, text.count)) { buffer, count in
            guard let length = decode(text, into: UnsafeMutableRawBufferPointer(buffer)) else { return }
            (isRight, count) = (true, length)
        }
        return isRight ? bytes : nil
    }

    private func letter(_ bits: UInt32) -> UInt8 {
        let alphabet: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
        return switch bits & 63 {
        case 62: self == .standard ? UInt8(ascii: "+") : UInt8(ascii: "-")
        case 63: self == .standard ? UInt8(ascii: "/") : UInt8(ascii: "_")
        case let index: alphabet.utf8Start[Int(index)]
        }
    }

    private func value(of character: UInt8) -> UInt32? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(character - UInt8(ascii: "0")) + 52
        case UInt8(ascii: "+") where self == .standard, UInt8(ascii: "-") where self == .url: 62
        case UInt8(ascii: "/") where self == .standard, UInt8(ascii: "_") where self == .url: 63
        default: nil
        }
    }
}
