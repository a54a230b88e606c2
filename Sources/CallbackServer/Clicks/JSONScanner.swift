/// The error for a body that is not a click or a dialog submission. The reason is for the operator's log.
struct MalformedClick: Error, Equatable {
    var reason: StaticString

    static func == (left: Self, right: Self) -> Bool { "\(left.reason)" == "\(right.reason)" }
}

/// Reads RFC 8259 JSON byte by byte. It is for input from strangers: every access is checked against the end of the bytes, the
/// nesting is limited, and nothing is allocated for values that are skipped.
struct JSONScanner {
    /// The largest depth of objects and arrays within one another.
    static let maxDepth = 16

    private let bytes: UnsafeRawBufferPointer
    private var index = 0

    /// The bytes must be valid UTF-8 and outlive the scanner.
    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// Returns the next byte that is not white space, without taking it. Returns 0 at the end.
    mutating func peek() -> UInt8 {
        while index < bytes.count {
            switch bytes[index] {
            case 0x20, 0x09, 0x0A, 0x0D: index += 1
            case let byte: return byte
            }
        }
        return 0
    }

    /// Takes the next byte that is not white space, if it is the given one. Returns whether it was.
    mutating func take(_ byte: UInt8) -> Bool {
        guard peek() == byte, index < bytes.count else { return false }
        index += 1
        return true
    }

    mutating func expect(_ byte: UInt8, _ reason: StaticString) throws(MalformedClick) {
        guard take(byte) else { throw MalformedClick(reason: reason) }
    }

    mutating func expectEnd() throws(MalformedClick) {
        _ = peek()
        guard index == bytes.count else { throw MalformedClick(reason: "something follows the JSON object") }
    }

    /// Reads an object. It calls `member` with each key, and `member` must take the value.
    mutating func object(
        _ member: (inout JSONScanner, JSONString) throws(MalformedClick) -> Void
    ) throws(MalformedClick) {
        try expect(UInt8(ascii: "{"), "an object was expected")
        if take(UInt8(ascii: "}")) { return }
        repeat {
            let key = try string()
            try expect(UInt8(ascii: ":"), "no colon after a key")
            try member(&self, key)
        } while take(UInt8(ascii: ","))
        try expect(UInt8(ascii: "}"), "an object does not end")
    }

    /// Takes a string without decoding it. Its escapes are checked by ``JSONString``.
    mutating func string() throws(MalformedClick) -> JSONString {
        try expect(UInt8(ascii: "\""), "a string was expected")
        let start = index
        var isEscaped = false
        while index < bytes.count {
            index = bytes.endOfPlainText(from: index)
            guard index < bytes.count else { break }
            switch bytes[index] {
            case UInt8(ascii: "\""):
                let content = UnsafeRawBufferPointer(rebasing: bytes[start..<index])
                index += 1
                return JSONString(content: content, isEscaped: isEscaped)
            case UInt8(ascii: "\\"):
                isEscaped = true
                index += 2
            default: throw MalformedClick(reason: "a bare control character in a string")
            }
        }
        throw MalformedClick(reason: "a string does not end")
    }

    /// Skips the value of an unknown key.
    mutating func skip(_ key: JSONString) throws(MalformedClick) {
        try key.check()
        try skipValue(depth: 2)
    }

    private mutating func skipValue(depth: Int) throws(MalformedClick) {
        guard depth <= Self.maxDepth else { throw MalformedClick(reason: "nested too deeply") }
        switch peek() {
        case UInt8(ascii: "\""): try string().check()
        case UInt8(ascii: "{"):
            try object { (scanner, key) throws(MalformedClick) in
                try key.check()
                try scanner.skipValue(depth: depth + 1)
            }
        case UInt8(ascii: "["): try skipArray(depth: depth)
        case UInt8(ascii: "t"): try skip("true")
        case UInt8(ascii: "f"): try skip("false")
        case UInt8(ascii: "n"): try skip("null")
        default: try skipNumber()
        }
    }

    private mutating func skipArray(depth: Int) throws(MalformedClick) {
        index += 1
        if take(UInt8(ascii: "]")) { return }
        repeat { try skipValue(depth: depth + 1) } while take(UInt8(ascii: ","))
        try expect(UInt8(ascii: "]"), "an array does not end")
    }

    private mutating func skip(_ word: StaticString) throws(MalformedClick) {
        let matches = word.withUTF8Buffer { word in
            bytes.count - index >= word.count && bytes[index..<index + word.count].elementsEqual(word)
        }
        guard matches else { throw MalformedClick(reason: "not a JSON value") }
        index += word.utf8CodeUnitCount
    }

    private mutating func skipNumber() throws(MalformedClick) {
        _ = skipByte(UInt8(ascii: "-"))
        if !skipByte(UInt8(ascii: "0")) { try skipDigits() }
        if skipByte(UInt8(ascii: ".")) { try skipDigits() }
        if skipByte(UInt8(ascii: "e")) || skipByte(UInt8(ascii: "E")) {
            if !skipByte(UInt8(ascii: "+")) { _ = skipByte(UInt8(ascii: "-")) }
            try skipDigits()
        }
    }

    private mutating func skipDigits() throws(MalformedClick) {
        let start = index
        while index < bytes.count, (0x30...0x39).contains(bytes[index]) { index += 1 }
        guard index > start else { throw MalformedClick(reason: "not a JSON value") }
    }

    private mutating func skipByte(_ byte: UInt8) -> Bool {
        guard index < bytes.count, bytes[index] == byte else { return false }
        index += 1
        return true
    }
}
