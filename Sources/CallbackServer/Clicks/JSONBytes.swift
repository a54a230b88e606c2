/// Looks at eight bytes of a JSON text at a time. Bodies come from strangers and are read on the event loop, and most of their bytes
/// are plain text.
///
/// The functions on words are the usual ones of bit tricks: the highest bit of a byte in the result tells whether that byte of the
/// word is one that is looked for. Above the lowest such byte the result may be wrong, so only the lowest is used.
extension UnsafeRawBufferPointer {
    private static let ones = UInt64(0x0101_0101_0101_0101)
    private static let highBits = UInt64(0x8080_8080_8080_8080)

    /// Whether all bytes are ASCII.
    var isASCII: Bool {
        var index = 0
        while index + 8 <= count {
            if loadUnaligned(fromByteOffset: index, as: UInt64.self) & Self.highBits != 0 { return false }
            index += 8
        }
        return self[index...].allSatisfy { $0 < 0x80 }
    }

    /// Returns the place of the first quotation mark, backslash or control character from the index on; ``count`` if there is
    /// none.
    func endOfPlainText(from start: Int) -> Int {
        var index = start
        while index + 8 <= count {
            let found = Self.marks(in: UInt64(littleEndian: loadUnaligned(fromByteOffset: index, as: UInt64.self)))
            if found != 0 { return index + found.trailingZeroBitCount / 8 }
            index += 8
        }
        while index < count, self[index] >= 0x20, self[index] != UInt8(ascii: "\""), self[index] != UInt8(ascii: "\\") {
            index += 1
        }
        return index
    }

    private static func marks(in word: UInt64) -> UInt64 {
        let quotation = word ^ (ones * UInt64(UInt8(ascii: "\"")))
        let backslash = word ^ (ones * UInt64(UInt8(ascii: "\\")))
        let controls = (word &- ones * 0x20) & ~word
        return ((quotation &- ones) & ~quotation | (backslash &- ones) & ~backslash | controls) & highBits
    }
}
