/// Parses regular expressions in the syntax of RE2, which Go uses. Classes of Unicode (`\p{…}`) and `\Q…\E` are refused.
struct RegexParser {
    /// The largest size of an expression, in characters.
    private static let lengthLimit = 1000
    /// The largest depth of groups.
    private static let depthLimit = 32
    /// The largest number in `{n,m}`, as in RE2.
    private static let repeatLimit = 1000

    struct Flags {
        var ignoresCase = false, isMultiline = false, dotMatchesNewline = false, isLazy = false
    }

    let scalars: [Unicode.Scalar]
    var position = 0
    var flags = Flags()
    private var depth = 0
    private(set) var groupCount = 0
    private(set) var names: [String: Int] = [:]

    init(_ text: String) throws(RuleFault) {
        scalars = Array(text.unicodeScalars)
        guard scalars.count <= Self.lengthLimit else {
            throw RuleFault("a regular expression has \(scalars.count) characters, and \(Self.lengthLimit) are allowed")
        }
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
            if let part = try repeated() { parts.append(part) }
        }
        return parts.isEmpty ? .empty : parts.count == 1 ? parts[0] : .sequence(parts)
    }

    /// Parses one part and the repetition behind it. Nil for a change of flags, which matches nothing.
    private mutating func repeated() throws(RuleFault) -> RegexSyntax? {
        guard let atom = try atom() else { return nil }
        guard let (least, most) = try repetition() else { return atom }
        let isLazy = take("?")
        let mark = position
        guard try repetition() == nil else { throw fault("repeats a repetition") }
        position = mark
        return .repetition(atom, least: least, most: most, isGreedy: isLazy == flags.isLazy)
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
        if take(",") { most = number() }
        guard take("}") else {
            // A brace that begins no repetition stands for itself.
            position = mark
            return nil
        }
        guard least <= Self.repeatLimit, most ?? 0 <= Self.repeatLimit, most.map({ $0 >= least }) ?? true else {
            throw fault("has a repetition {n,m} with numbers that cannot be used")
        }
        return (least, most)
    }

    private mutating func number() -> Int? {
        var digits = ""
        while let scalar = current, ("0"..."9").contains(scalar), digits.count < 6 {
            digits.unicodeScalars.append(scalar)
            position += 1
        }
        return Int(digits)
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
        var isOn = true
        while let scalar = current {
            position += 1
            switch scalar {
            case "i": flags.ignoresCase = isOn
            case "m": flags.isMultiline = isOn
            case "s": flags.dotMatchesNewline = isOn
            case "U": flags.isLazy = isOn
            case "-" where isOn: isOn = false
            case ")": return nil
            case ":":
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
        if let name, names.updateValue(number, forKey: name) != nil { throw fault("has two groups with one name") }
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
            guard RegexReplacement.isNamePart(scalar) else { break }
            name.unicodeScalars.append(scalar)
            position += 1
        }
        guard !name.isEmpty, take(">") else { throw fault("has a group with a wrong name") }
        return name
    }
}
