/// On which line of a TOML text each key and section stands, which TOMLKit does not tell.
///
/// Meant for a text that parses: it knows strings, comments and brackets well enough not to mistake one for a key.
struct KeyLines {
    private var lines: [[String]: Int] = [:]

    private let bytes: [UInt8]
    private var index = 0
    private var line = 1

    private var depth = 0

    struct Fault: Equatable {
        var line: Int
        var text: String
    }

    /// What TOMLKit must not see, for it ends the process: its destructors recurse as deep as a key has dots, and asserts in
    /// its parser fail on `[=`, `x = [}`, `x = 1979-05-27TN:` and `x = 1979-05-27___ 1`. Nothing after it was looked at.
    private(set) var fault: Fault?
    private static let maxDepth = 8
    private static let tooDeep = "this is nested deeper than any setting. Mend the line or remove it."
    private static let closesNothing = "this is not TOML: a bracket closes nothing. Mend the line or remove it."
    private static let noValue = "this is not TOML. Strings stand in quotes, key = \"value\"."

    init(_ text: String) {
        bytes = Array(text.utf8)
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { index = 3 }
        scan()
    }

    /// The line of the key, or of what holds it, or 1.
    func line(of path: [String]) -> Int {
        for length in stride(from: path.count, to: 0, by: -1) {
            if let line = lines[Array(path.prefix(length))] { return line }
        }
        return 1
    }

    private var byte: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func advance() {
        if byte == UInt8(ascii: "\n") { line += 1 }
        index += 1
    }

    private mutating func scan() {
        var section: [String] = []
        while let byte {
            switch byte {
            case UInt8(ascii: "#"): skipComment()
            case UInt8(ascii: "["):
                let start = line
                advance()
                if self.byte == UInt8(ascii: "[") { advance() }
                while self.byte == UInt8(ascii: " ") || self.byte == UInt8(ascii: "\t") { advance() }
                guard startsName(self.byte) else {
                    return giveUp("this is not TOML: a section has no name. Mend the line or remove it.")
                }
                section = key()
                note(section, start)
                while let byte = self.byte, byte == UInt8(ascii: "]") || byte == UInt8(ascii: " ") { advance() }
            case _ where byte <= UInt8(ascii: " "): advance()
            default: pair(in: section)
            }
        }
    }

    private func startsName(_ byte: UInt8?) -> Bool {
        guard let byte else { return false }
        return switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "\""),
            UInt8(ascii: "'"):
            true
        default: false
        }
    }

    private mutating func giveUp(_ text: String) {
        fault = fault ?? Fault(line: line, text: text)
        index = bytes.count
    }

    private mutating func enter() {
        depth += 1
        advance()
        if depth > Self.maxDepth { giveUp(Self.tooDeep) }
    }

    /// `key = value`; the keys of an inline table too.
    private mutating func pair(in section: [String]) {
        let (start, first) = (line, index)
        let path = section + key()
        note(path, start)
        while let byte, byte != UInt8(ascii: "="), byte != UInt8(ascii: "\n") { advance() }
        if byte == UInt8(ascii: "=") { advance() }
        value(of: path)
        if index == first { advance() }
    }

    private mutating func note(_ path: [String], _ line: Int) {
        for length in 1...max(1, path.count) where lines[Array(path.prefix(length))] == nil {
            lines[Array(path.prefix(length))] = line
        }
    }

    /// A key, dots included, up to what ends it.
    private mutating func key() -> [String] {
        var parts: [String] = []
        var part: [UInt8] = []
        while let byte {
            switch byte {
            case UInt8(ascii: "="), UInt8(ascii: "]"), UInt8(ascii: "\n"), UInt8(ascii: "#"), UInt8(ascii: ","),
                UInt8(ascii: "}"):
                return parts + [String(decoding: part, as: UTF8.self)]
            case UInt8(ascii: "."):
                if parts.count == Self.maxDepth { giveUp(Self.tooDeep) }
                parts.append(String(decoding: part, as: UTF8.self))
                part = []
                advance()
            case UInt8(ascii: "\""), UInt8(ascii: "'"): part += string()
            default:
                if byte > UInt8(ascii: " ") { part.append(byte) }
                advance()
            }
        }
        return parts + [String(decoding: part, as: UTF8.self)]
    }

    /// Skips a value: up to the line's end or, within brackets, up to what closes them.
    private mutating func value(of path: [String]) {
        let outside = depth
        var open: [UInt8] = []
        var last: UInt8 = 0
        while let byte {
            defer { if byte > UInt8(ascii: " "), byte != UInt8(ascii: "#") { last = byte } }
            switch byte {
            case UInt8(ascii: "}") where last == UInt8(ascii: "[") || last == UInt8(ascii: ","):
                giveUp(Self.closesNothing)
            case UInt8(ascii: "\""), UInt8(ascii: "'"): _ = string()
            case UInt8(ascii: "#"): skipComment()
            case UInt8(ascii: "{") where depth == outside:
                enter()
                return inlineTable(path)
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                open.append(byte)
                enter()
            case UInt8(ascii: "]"), UInt8(ascii: "}"):
                if depth == outside { return }
                guard open.popLast() == (byte == UInt8(ascii: "]") ? UInt8(ascii: "[") : UInt8(ascii: "{")) else {
                    return giveUp(Self.closesNothing)
                }
                depth -= 1
                advance()
            case UInt8(ascii: ",") where depth == outside, UInt8(ascii: "\n") where depth == outside: return
            case UInt8(ascii: ","),
                _ where byte <= UInt8(ascii: " "):
                advance()
            default: bareValue()
            }
        }
    }

    /// A value without quotes, which ends what it stands in.
    private mutating func bareValue() {
        let ends = Set(",]}#".utf8)
        let start = index
        while let byte, byte > UInt8(ascii: " "), !ends.contains(byte) { advance() }
        guard BareValue.isPlain(bytes[start..<index]) else { return giveUp(Self.noValue) }
        while let byte, byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r") { advance() }
        guard let byte, byte != UInt8(ascii: "\n"), !ends.contains(byte) else { return }
        giveUp(Self.noValue)
    }

    private mutating func inlineTable(_ path: [String]) {
        defer { depth -= 1 }
        while let byte {
            switch byte {
            case UInt8(ascii: "}"): return advance()
            case UInt8(ascii: ","): advance()
            case UInt8(ascii: "\n"): return
            case _ where byte <= UInt8(ascii: " "): advance()
            default: pair(in: path)
            }
        }
    }

    private mutating func skipComment() {
        while let byte, byte != UInt8(ascii: "\n") {
            _ = byte
            advance()
        }
    }

    /// The inside of a string of any of the four kinds, escapes left as they are.
    private mutating func string() -> [UInt8] {
        guard let quote = byte else { return [] }
        let isLong = bytes[index...].starts(with: [quote, quote, quote])
        let fence = [UInt8](repeating: quote, count: isLong ? 3 : 1)
        for _ in fence { advance() }
        let start = index
        while let byte, !bytes[index...].starts(with: fence), isLong || byte != UInt8(ascii: "\n") {
            if byte == UInt8(ascii: "\\"), quote == UInt8(ascii: "\"") { advance() }
            advance()
        }
        let inside = Array(bytes[start..<min(index, bytes.count)])
        // A long string may end with up to two quotes of its own before the fence.
        while isLong, bytes[min(index + 1, bytes.count)...].starts(with: fence) { advance() }
        for _ in fence where index < bytes.count { advance() }
        return inside
    }
}
