// Escapes, and classes in brackets.
extension RegexParser {
    mutating func escape() throws(RuleFault) -> RegexSyntax {
        guard let scalar = current else { throw fault("ends with a backslash") }
        switch scalar {
        case "A": return anchor(.textStart)
        case "z": return anchor(.textEnd)
        case "b": return anchor(.wordBoundary)
        case "B": return anchor(.noWordBoundary)
        default: break
        }
        if let ranges = predefined() { return .characters(CharacterClass(ranges)) }
        return .characters(CharacterClass(try escapedScalar(), ignoresCase: flags.ignoresCase))
    }

    private mutating func anchor(_ anchor: RegexSyntax.Anchor) -> RegexSyntax {
        position += 1
        return .anchor(anchor)
    }

    /// Reads the letter of a class such as `\d`; nil if there is none.
    private mutating func predefined() -> [ClosedRange<UInt32>]? {
        let ranges: [ClosedRange<UInt32>]
        let words = CharacterClass.words + (flags.ignoresCase ? CharacterClass.oldLetters : [])
        switch current {
        case "d": ranges = CharacterClass.digits
        case "D": ranges = CharacterClass.inverted(CharacterClass.digits)
        case "s": ranges = CharacterClass.blanks
        case "S": ranges = CharacterClass.inverted(CharacterClass.blanks)
        case "w": ranges = words
        case "W": ranges = CharacterClass.inverted(words)
        default: return nil
        }
        position += 1
        return ranges
    }

    /// Reads an escape that stands for one character. The backslash was read already.
    private mutating func escapedScalar() throws(RuleFault) -> Unicode.Scalar {
        guard let scalar = current else { throw fault("ends with a backslash") }
        position += 1
        switch scalar {
        case "a": return "\u{7}"
        case "f": return "\u{C}"
        case "n": return "\n"
        case "r": return "\r"
        case "t": return "\t"
        case "v": return "\u{B}"
        case "x": return try hexadecimal()
        case "0": return octal(scalar)
        case "1"..."7" where isAtOctalDigit: return octal(scalar)
        case "a"..."z", "A"..."Z", "0"..."9": throw fault("has the escape \\\(scalar), which is not supported")
        default:
            guard scalar.isASCII else { throw fault("has an escape that is not supported") }
            return scalar
        }
    }

    /// Reads the second and the third digit of an octal escape. One digit alone is taken for a reference to a group, unless it
    /// is a zero.
    private mutating func octal(_ first: Unicode.Scalar) -> Unicode.Scalar {
        var value = first.value - 0x30
        for _ in 0..<2 {
            guard isAtOctalDigit, let digit = current else { break }
            value = value * 8 + digit.value - 0x30
            position += 1
        }
        return Unicode.Scalar(value) ?? "\0"
    }

    private var isAtOctalDigit: Bool { current.map { ("0"..."7").contains($0) } ?? false }

    private mutating func hexadecimal() throws(RuleFault) -> Unicode.Scalar {
        var digits = ""
        let isLong = take("{")
        while let scalar = current, isLong || digits.utf8.count < 2, scalar.properties.isASCIIHexDigit {
            digits.unicodeScalars.append(scalar)
            position += 1
        }
        guard isLong ? take("}") : digits.count == 2, let value = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(value)
        else { throw fault("has an escape \\x that is no character") }
        return scalar
    }

    /// Reads a class up to its closing bracket.
    mutating func bracket() throws(RuleFault) -> CharacterClass {
        let isNegated = take("^")
        var ranges: [ClosedRange<UInt32>] = []
        var isFirst = true
        while isFirst || current != "]" {
            guard current != nil else { throw fault("has a \"[\" without its \"]\"") }
            ranges += try bracketItem()
            isFirst = false
        }
        position += 1
        return CharacterClass(ranges, isNegated: isNegated, ignoresCase: flags.ignoresCase)
    }

    private mutating func bracketItem() throws(RuleFault) -> [ClosedRange<UInt32>] {
        if let ranges = try posixClass() { return ranges }
        if current == "\\" {
            position += 1
            if let ranges = predefined() { return ranges }
            position -= 1
        }
        let first = try bracketScalar()
        let mark = position
        guard take("-"), current != "]", current != nil else {
            position = mark
            return [first.value...first.value]
        }
        let last = try bracketScalar()
        guard first.value <= last.value else { throw fault("has a range that ends before its start") }
        return [first.value...last.value]
    }

    private mutating func bracketScalar() throws(RuleFault) -> Unicode.Scalar {
        guard let scalar = current else { throw fault("has a \"[\" without its \"]\"") }
        position += 1
        return scalar == "\\" ? try escapedScalar() : scalar
    }

    /// Reads a class such as `[:alpha:]` or `[:^alpha:]`; nil if there is none.
    private mutating func posixClass() throws(RuleFault) -> [ClosedRange<UInt32>]? {
        let mark = position
        guard take("[:") else { return nil }
        var name = ""
        let isNegated = take("^")
        while !take(":]") {
            guard let scalar = current else {
                // Without an end it is no class, and the bracket stands for itself.
                position = mark
                return nil
            }
            name.unicodeScalars.append(scalar)
            position += 1
        }
        guard let ranges = CharacterClass.named[name] else { throw fault("has a class [: :] that does not exist") }
        return isNegated ? CharacterClass.inverted(ranges) : ranges
    }
}
