/// Finds the members of JSON objects without decoding their values. It is needed because a page of posts can contain posts by
/// anybody: a post that is nested too deeply for a decoder, or has a number that fits no type, must not make the whole page
/// unreadable.
struct JSONScan {
    struct Member {
        /// The range of the bytes between the quotation marks. Escapes are not decoded.
        var key: Range<Int>
        var value: Range<Int>
    }

    let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Returns the members of an object, in order. Nil when the range is not a complete object. The contents of the values are
    /// not checked.
    func members(of object: Range<Int>) -> [Member]? {
        var scan = Cursor(bytes: bytes, index: object.lowerBound, end: object.upperBound)
        var members: [Member] = []
        guard scan.take(UInt8(ascii: "{")) else { return nil }
        if !scan.take(UInt8(ascii: "}")) {
            repeat {
                guard let key = scan.string(), scan.take(UInt8(ascii: ":")), let value = scan.value() else { return nil }
                members.append(Member(key: key, value: value))
            } while scan.take(UInt8(ascii: ","))
            guard scan.take(UInt8(ascii: "}")) else { return nil }
        }
        return scan.isAtEnd ? members : nil
    }

    /// Returns the text of a key or of any other range.
    func string(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

    /// Returns the content of a string value without escapes, such as an id. Nil for all other values.
    func plainString(_ value: Range<Int>) -> String? {
        guard value.count >= 2, bytes[value.lowerBound] == UInt8(ascii: "\""), !bytes[value].contains(UInt8(ascii: "\\")) else {
            return nil
        }
        return string(value.dropFirst().dropLast())
    }

    func integer(_ value: Range<Int>) -> Int64? { Int64(string(value)) }

    func data(_ value: Range<Int>) -> [UInt8] { Array(bytes[value]) }
}

private struct Cursor {
    let bytes: [UInt8]
    var index: Int
    let end: Int

    var isAtEnd: Bool {
        mutating get {
            skipSpace()
            return index == end
        }
    }

    mutating func take(_ byte: UInt8) -> Bool {
        skipSpace()
        guard index < end, bytes[index] == byte else { return false }
        index += 1
        return true
    }

    /// Reads a string and returns the range between its quotes.
    mutating func string() -> Range<Int>? {
        guard take(UInt8(ascii: "\"")) else { return nil }
        let start = index
        while index < end {
            switch bytes[index] {
            case UInt8(ascii: "\""):
                index += 1
                return start..<(index - 1)
            case UInt8(ascii: "\\"): index += 2
            default: index += 1
            }
        }
        return nil
    }

    /// Skips a value of any depth and returns its range. Brackets are counted, but their kinds are not compared.
    mutating func value() -> Range<Int>? {
        skipSpace()
        let start = index
        var depth = 0
        repeat {
            guard index < end else { return nil }
            switch bytes[index] {
            case UInt8(ascii: "\""):
                guard string() != nil else { return nil }
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                index += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                index += 1
            case _ where depth > 0: index += 1
            default: skipWord()
            }
        } while depth > 0
        return depth == 0 && index > start && index <= end ? start..<index : nil
    }

    private mutating func skipSpace() {
        while index < end, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[index]) { index += 1 }
    }

    /// Skips a number, `true`, `false` or `null`. It accepts other words too; they fail when the value is decoded.
    private mutating func skipWord() {
        while index < end, !",]} \t\r\n".utf8.contains(bytes[index]) { index += 1 }
    }
}
