/// Parses regular expressions in the syntax of RE2, which Go uses. Classes of Unicode (`\p{…}`) are refused.
struct RegexParser {
    /// The largest size of an expression, in characters.
    private static let lengthLimit = 1000
    /// The largest depth of groups.
    private static let depthLimit = 32
    /// The largest number in `{n,m}`, and the largest product of those that lie within one another, as in RE2.
    private static let repeatLimit = 1000

    struct Flags {
        var ignoresCase = false, isMultiline = false, dotMatchesNewline = false, isLazy = false
    }

    let scalars: [Unicode.Scalar]
    var position = 0
    var flags = Flags()
    private var depth = 0
    private(set) var groupCount = 0
    /// The numbers of the groups with each name. Several groups can have the same one.
    private(set) var names: [String: [Int]] = [:]

    init(_ text: String) throws(RuleFault) {
        let count = text.unicodeScalars.count
        guard count <= Self.lengthLimit else {
            throw RuleFault("a regular expression has \(count) characters, and \(Self.lengthLimit) are allowed")
        }
        scalars = Self.withoutQuotes(Array(text.unicodeScalars))
    }

    /// Writes what stands between `\Q` and `\E` with backslashes instead.
    private static func withoutQuotes(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var result: [Unicode.Scalar] = []
        var (position, isQuoted) = (0, false)
        while position < scalars.count {
            let pair = scalars[position...].prefix(2)
            if pair.elementsEqual(isQuoted ? ["\\", "E"] : ["\\", "Q"]) {
                isQuoted.toggle()
                position += 2
            } else if isQuoted {
                result += quoted(scalars[position])
                position += 1
            } else {
                let taken = pair.first == "\\" ? pair : pair.prefix(1)
                result += taken
                position += taken.count
            }
        }
        return result
    }

    /// Writes a character so that it stands for itself.
    static func quoted(_ scalar: Unicode.Scalar) -> [Unicode.Scalar] {
        "\\.+*?()|[]{}^$".unicodeScalars.contains(scalar) ? ["\\", scalar] : [scalar]
    }

    func fault(_ words: String) -> RuleFault { RuleFault("the regular expression \(words)") }

    var current: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    mutating func take(_ text: String) -> Bool {
        guard scalars[min(position, scalars.count)...].starts(with: text.unicodeScalars) else { return false }
        position += text.unicodeScalars.count
        return true
    }

    mutating func parse() throws(RuleFault) -> RegexSyntax {
        let syntax = try alternatives()
        guard current == nil else { throw fault("has a \")\" without its \"(\"") }
        return syntax
    }

    private mutating func alternatives() throws(RuleFault) -> RegexSyntax {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.depthLimit else { throw fault("has more than \(Self.depthLimit) levels of groups") }
        var found = [try sequence()]
        while take("|") { found.append(try sequence()) }
        return found.count == 1 ? found[0] : .alternatives(found)
    }

    private mutating func sequence() throws(RuleFault) -> RegexSyntax {
        var parts: [RegexSyntax] = []
        while let scalar = current, scalar != "|", scalar != ")" {
            // A change of flags is no part. A repetition behind it is one of the part before it.
            if let atom = try atom() { parts.append(atom) }
            guard let last = parts.last else { continue }
            parts[parts.count - 1] = try repeated(last)
        }
        return parts.isEmpty ? .empty : parts.count == 1 ? parts[0] : .sequence(parts)
    }

    /// Parses the repetition behind a part, if there is one.
    private mutating func repeated(_ atom: RegexSyntax) throws(RuleFault) -> RegexSyntax {
        guard let (least, most) = try repetition() else { return atom }
        let isLazy = take("?")
        let mark = position
        guard try repetition() == nil else { throw fault("repeats a repetition") }
        position = mark
        let part = RegexSyntax.repetition(atom, least: least, most: most, isGreedy: isLazy == flags.isLazy)
        guard part.repeats(atMost: Self.repeatLimit) else { throw fault("repeats a part more than \(Self.repeatLimit) times") }
        return part
    }

    private mutating func repetition() throws(RuleFault) -> (least: Int, most: Int?)? {
        if take("*") { return (0, nil) }
        if take("+") { return (1, nil) }
        if take("?") { return (0, 1) }
        let mark = position
        guard take("{"), let least = number() else {
            position = mark
            return nil
        }
        var most: Int? = least
        if take(",") { most = current == "}" ? nil : number() ?? -1 }
        guard most != -1, take("}") else {
            // A brace that begins no repetition stands for itself.
            position = mark
            return nil
        }
        guard least <= Self.repeatLimit, most ?? 0 <= Self.repeatLimit, most.map({ $0 >= least }) ?? true else {
            throw fault("has a repetition {n,m} with numbers that cannot be used")
        }
        return (least, most)
    }

    /// Reads a number without a zero before it. One that is far too large stays so, and is refused by whoever reads it.
    private mutating func number() -> Int? {
        let digits = scalars[min(position, scalars.count)...].prefix { ("0"..."9").contains($0) }
        guard digits.first != "0" || digits.count == 1 else { return nil }
        position += digits.count
        return digits.isEmpty ? nil : Int(String(String.UnicodeScalarView(digits))) ?? .max
    }

    private mutating func atom() throws(RuleFault) -> RegexSyntax? {
        guard let scalar = current else { return .empty }
        switch scalar {
        case "(":
            position += 1
            return try group()
        case "[":
            position += 1
            return .characters(try bracket())
        case "\\":
            position += 1
            return try escape()
        case "*", "+", "?": throw fault("has a \(scalar) with nothing before it")
        case "{":
            guard try repetition() == nil else { throw fault("has a repetition with nothing before it") }
        default: break
        }
        position += 1
        switch scalar {
        case ".": return .characters(CharacterClass(flags.dotMatchesNewline ? [] : [0x0A...0x0A], isNegated: true))
        case "^": return .anchor(flags.isMultiline ? .lineStart : .textStart)
        case "$": return .anchor(flags.isMultiline ? .lineEnd : .textEnd)
        default: return .characters(CharacterClass(scalar, ignoresCase: flags.ignoresCase))
        }
    }
}

// MARK: - Groups

extension RegexParser {
    private mutating func group() throws(RuleFault) -> RegexSyntax? {
        let outer = flags
        guard take("?") else { return try captured(named: nil, outer) }
        if take("P<") || take("<") { return try captured(named: try groupName(), outer) }
        var (isOn, isEmpty) = (true, false)
        while let scalar = current {
            position += 1
            switch scalar {
            case "i": (flags.ignoresCase, isEmpty) = (isOn, false)
            case "m": (flags.isMultiline, isEmpty) = (isOn, false)
            case "s": (flags.dotMatchesNewline, isEmpty) = (isOn, false)
            case "U": (flags.isLazy, isEmpty) = (isOn, false)
            case "-" where isOn: (isOn, isEmpty) = (false, true)
            case ")" where !isEmpty: return nil
            case ":" where !isEmpty:
                let inner = try alternatives()
                try close(outer)
                return inner
            default: throw fault("has a group (?\(scalar) that is not supported")
            }
        }
        throw fault("has a group without its end")
    }

    private mutating func captured(named name: String?, _ outer: Flags) throws(RuleFault) -> RegexSyntax {
        groupCount += 1
        let number = groupCount
        if let name { names[name, default: []].append(number) }
        let inner = try alternatives()
        try close(outer)
        return .group(inner, number: number)
    }

    /// Reads the end of a group. The flags that were set inside end with it.
    private mutating func close(_ outer: Flags) throws(RuleFault) {
        guard take(")") else { throw fault("has a group without its end") }
        flags = outer
    }

    private mutating func groupName() throws(RuleFault) -> String {
        var name = ""
        while let scalar = current, scalar != ">" {
            guard CharacterClass.words.contains(where: { $0.contains(scalar.value) }) else { break }
            name.unicodeScalars.append(scalar)
            position += 1
        }
        guard !name.isEmpty, take(">") else { throw fault("has a group with a wrong name") }
        return name
    }
}
