/// Splits a condition into tokens by the rules of Go's scanner.
struct Lexer {
    private let bytes: [UInt8]
    private var position = 0
    private var last: Token?

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Returns all tokens; the last one is ``Token/end``.
    static func tokens(of text: String) throws(RuleFault) -> [PlacedToken] {
        var lexer = Lexer(Array(text.utf8))
        // A byte order mark may stand at the start, and nowhere else. A zero may stand nowhere.
        let hasMark = text.unicodeScalars.first == "\u{FEFF}"
        if hasMark { lexer.position = 3 }
        guard text.unicodeScalars.dropFirst(hasMark ? 1 : 0).allSatisfy({ $0 != "\u{FEFF}" && $0 != "\0" }) else {
            throw RuleFault("the condition has a character that cannot be used")
        }
        var tokens: [PlacedToken] = []
        while tokens.last?.token != .end { tokens.append(try lexer.next()) }
        return tokens
    }

    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    private func at(_ offset: Int) -> UInt8? { position + offset < bytes.count ? bytes[position + offset] : nil }

    private func fault(_ words: String) -> RuleFault { RuleFault("at byte \(position + 1): \(words)") }

    private mutating func next() throws(RuleFault) -> PlacedToken {
        if let line = try skipBlanks() {
            last = nil
            return PlacedToken(token: .newline, start: line, end: line)
        }
        let start = position
        let token = try read()
        last = token
        return PlacedToken(token: token, start: start, end: position)
    }

    /// Skips blanks and comments. Returns the place of a line's end that ends the expression.
    private mutating func skipBlanks() throws(RuleFault) -> Int? {
        while let byte = current {
            switch byte {
            case UInt8(ascii: "\n") where last?.canEnd == true: return position
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"): position += 1
            case UInt8(ascii: "/") where at(1) == UInt8(ascii: "/"):
                while let byte = current, byte != UInt8(ascii: "\n") { position += 1 }
            case UInt8(ascii: "/") where at(1) == UInt8(ascii: "*"):
                let start = position
                if try skipComment(), last?.canEnd == true { return start }
            default: return nil
            }
        }
        return nil
    }

    /// Skips a comment. Returns whether a line ends in it, which counts as the line's end.
    private mutating func skipComment() throws(RuleFault) -> Bool {
        let start = position
        position += 2
        while at(1) != nil {
            if current == UInt8(ascii: "*"), at(1) == UInt8(ascii: "/") {
                position += 2
                return bytes[start..<position].contains(UInt8(ascii: "\n"))
            }
            position += 1
        }
        throw fault("a comment has no end")
    }

    private mutating func read() throws(RuleFault) -> Token {
        guard let byte = current else { return .end }
        switch byte {
        case UInt8(ascii: "\""): return .string(try quoted())
        case UInt8(ascii: "`"): return .string(try raw())
        case UInt8(ascii: "0")...UInt8(ascii: "9"): return .int(try number())
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"), 0x80...:
            return .name(try identifier())
        default: return try symbol()
        }
    }

    private mutating func name() -> String {
        let start = position
        while let byte = current, Self.isNamePart(byte) { position += 1 }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    /// The words that Go keeps for itself. None of them can be a name, not even behind a dot.
    private static let keywords: Set<String> = [
        "break", "case", "chan", "const", "continue", "default", "defer", "else", "fallthrough", "for", "func", "go", "goto",
        "if",
        "import", "interface", "map", "package", "range", "return", "select", "struct", "switch", "type", "var",
    ]

    private mutating func identifier() throws(RuleFault) -> String {
        let start = position
        let name = name()
        let scalars = name.unicodeScalars
        guard scalars.allSatisfy({ $0 == "_" || $0.isLetter || $0.isDecimalDigit }), scalars.first?.isDecimalDigit == false
        else {
            throw RuleFault("at byte \(start + 1): a name has a character that is neither a letter nor a digit")
        }
        guard !Self.keywords.contains(name) else {
            throw RuleFault(
                "at byte \(start + 1): \"\(name)\" is a word of the language, so as a key it has to be written [\"\(name)\"]")
        }
        return name
    }

    private static func isNamePart(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"), 0x80...,
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }

    private mutating func number() throws(RuleFault) -> Int {
        let text = name()
        // Go takes a number with a zero before it for an octal one, and Teleport reads its digits as a decimal one all the same.
        let largest: UInt8 = text.hasPrefix("0") && text.utf8.count > 1 ? 0x37 : 0x39
        guard text.utf8.allSatisfy({ (0x30...largest).contains($0) }), let number = Int(text), current != UInt8(ascii: ".")
        else {
            throw fault("only whole numbers in decimal notation can be used")
        }
        return number
    }

    private static let symbols = [
        "...", "&&", "||", "==", "!=", "<=", ">=", "!", "(", ")", "[", "]", ",", ".", "<", ">", "+", "-", "*", "/", "%", "&",
        "|",
    ]

    private mutating func symbol() throws(RuleFault) -> Token {
        for symbol in Self.symbols where bytes[position...].starts(with: symbol.utf8) {
            position += symbol.utf8.count
            return .symbol(symbol)
        }
        throw fault("\(String(Unicode.Scalar(bytes[position])).debugDescription) cannot be used here")
    }
}

// MARK: - Strings

extension Lexer {
    /// Reads a string between backquotes, in which a backslash is an ordinary character.
    private mutating func raw() throws(RuleFault) -> Text {
        position += 1
        let start = position
        while let byte = current {
            position += 1
            // Go removes carriage returns from such strings.
            if byte == UInt8(ascii: "`") { return Text(bytes: bytes[start..<(position - 1)].filter { $0 != 0x0D }) }
        }
        throw fault("a string has no end")
    }

    private mutating func quoted() throws(RuleFault) -> Text {
        position += 1
        var result: [UInt8] = []
        while let byte = current {
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return Text(bytes: result)
            case UInt8(ascii: "\n"): throw fault("a string ends with its line")
            case UInt8(ascii: "\\"): result += try escape()
            default: result.append(byte)
            }
        }
        throw fault("a string has no end")
    }

    /// Reads an escape, whose backslash was read already, and returns the bytes that it stands for.
    private mutating func escape() throws(RuleFault) -> [UInt8] {
        guard let byte = current else { throw fault("a string has no end") }
        position += 1
        switch byte {
        case UInt8(ascii: "a"): return [0x07]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "v"): return [0x0B]
        case UInt8(ascii: "\\"), UInt8(ascii: "\""): return [byte]
        case UInt8(ascii: "x"): return [UInt8(truncatingIfNeeded: try digits(2, radix: 16))]
        case UInt8(ascii: "u"): return try scalar(digits(4, radix: 16))
        case UInt8(ascii: "U"): return try scalar(digits(8, radix: 16))
        case UInt8(ascii: "0")...UInt8(ascii: "7"):
            position -= 1
            let value = try digits(3, radix: 8)
            guard value < 256 else { throw fault("an octal escape is larger than \\377") }
            return [UInt8(value)]
        default: throw fault("a string has an escape that does not exist")
        }
    }

    private mutating func digits(_ count: Int, radix: Int) throws(RuleFault) -> UInt32 {
        guard position + count <= bytes.count else { throw fault("a string has an escape that is too short") }
        let text = bytes[position..<(position + count)]
        guard text.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }),
            let value = UInt32(String(decoding: text, as: UTF8.self), radix: radix)
        else { throw fault("a string has an escape that is no number") }
        position += count
        return value
    }

    private func scalar(_ value: UInt32) throws(RuleFault) -> [UInt8] {
        guard let scalar = Unicode.Scalar(value) else { throw fault("a string has an escape that is no character") }
        return Array(String(scalar).utf8)
    }
}
