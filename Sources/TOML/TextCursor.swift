/// Walks through a text byte by byte. It counts lines and columns on the way, so that no position has to be searched for.
struct TextCursor {
    private let bytes: [UInt8]
    private(set) var index: Int
    private(set) var position = TOMLPosition(line: 1, column: 1)

    /// Starts at the beginning of a text, after a byte order mark if there is one.
    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        index = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    }

    /// The byte under the cursor, or nil at the end of the text.
    var byte: UInt8? { byte(ahead: 0) }

    func byte(ahead: Int) -> UInt8? {
        index + ahead < bytes.count ? bytes[index + ahead] : nil
    }

    /// Whether a line feed, or a carriage return with its line feed, is under the cursor.
    var isAtNewline: Bool {
        byte == UInt8(ascii: "\n") || (byte == UInt8(ascii: "\r") && byte(ahead: 1) == UInt8(ascii: "\n"))
    }

    mutating func advance() {
        guard let byte else { return }
        index += 1
        if byte == UInt8(ascii: "\n") {
            position.line += 1
            position.column = 1
        } else if byte & 0xC0 != 0x80 {
            // The other bytes of a scalar's UTF-8 do not count.
            position.column += 1
        }
    }

    mutating func advance(by count: Int) {
        for _ in 0..<count { advance() }
    }

    /// Steps over a byte if it is the expected one, and returns whether it was.
    mutating func skip(_ expected: Unicode.Scalar) -> Bool {
        guard let byte, byte == UInt8(ascii: expected) else { return false }
        advance()
        return true
    }

    mutating func skipNewline() -> Bool {
        guard isAtNewline else { return false }
        if byte == UInt8(ascii: "\r") { advance() }
        advance()
        return true
    }

    /// Skips spaces and tabs.
    mutating func skipSpace() {
        while byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") { advance() }
    }

    /// Takes the bytes from the cursor on that satisfy a condition, and moves the cursor behind them.
    mutating func take(while condition: (UInt8) -> Bool) -> ArraySlice<UInt8> {
        let start = index
        while let byte, condition(byte) { advance() }
        return bytes[start..<index]
    }

    /// Returns how often a byte is repeated from the cursor on, counted up to a limit.
    func run(of byte: UInt8, upTo limit: Int) -> Int {
        var count = 0
        while count < limit, self.byte(ahead: count) == byte { count += 1 }
        return count
    }

    /// Returns an error about the place under the cursor.
    func error(_ message: String, mend: String) -> TOMLError {
        TOMLError(code: .syntax, position: position, message: message, mend: mend)
    }
}

extension TOMLTable {
    /// Returns the place of the first byte that is not UTF-8; nil if all bytes are.
    static func firstMalformed(_ bytes: [UInt8]) -> TOMLPosition? {
        var position = TOMLPosition(line: 1, column: 1)
        var parser = Unicode.UTF8.ForwardParser()
        var rest = bytes.makeIterator()
        while true {
            switch parser.parseScalar(from: &rest) {
            case .emptyInput: return nil
            case .error: return position
            case .valid(let scalar):
                if scalar.first == UInt8(ascii: "\n") {
                    position = TOMLPosition(line: position.line + 1, column: 1)
                } else {
                    position.column += 1
                }
            }
        }
    }
}
