/// The replacement of a match, with `$1`, `${1}`, `$name`, `${name}` for groups and `$$` for a dollar sign, as in Go.
struct RegexReplacement: Sendable {
    private enum Part {
        case text([Unicode.Scalar])
        /// The first of these groups that took part in the match. If none did, the part is empty.
        case groups([Int])
    }

    private var parts: [Part] = []

    init(_ template: String, _ program: RegexProgram) {
        var rest = Array(template.unicodeScalars)[...]
        while let scalar = rest.popFirst() {
            guard scalar == "$", let next = rest.first else {
                parts.append(.text([scalar]))
                continue
            }
            if next == "$" {
                rest.removeFirst()
                parts.append(.text(["$"]))
            } else if let name = Self.name(&rest) {
                let number = Self.number(name)
                parts.append(.groups(number.map { $0 <= program.groupCount ? [$0] : [] } ?? program.names[name] ?? []))
            } else {
                parts.append(.text(["$"]))
            }
        }
    }

    private static func isNamePart(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "_" || scalar.isLetter || scalar.isDecimalDigit
    }

    /// The number of a group; nil for a name. With a zero before it, or if it is very large, a number is taken for a name.
    private static func number(_ name: String) -> Int? {
        guard name.utf8.allSatisfy({ (0x30...0x39).contains($0) }), name == "0" || !name.hasPrefix("0") else { return nil }
        return Int(name).flatMap { $0 < 1_000_000_000 ? $0 : nil }
    }

    /// Takes a group's name off the front; nil, and nothing is taken, if there is none. Without braces a name is as long as it can be.
    private static func name(_ rest: inout ArraySlice<Unicode.Scalar>) -> String? {
        let hasBrace = rest.first == "{"
        let letters = rest.dropFirst(hasBrace ? 1 : 0).prefix(while: isNamePart)
        let after = rest.dropFirst(letters.count + (hasBrace ? 1 : 0))
        guard !letters.isEmpty, !hasBrace || after.first == "}" else { return nil }
        rest = hasBrace ? after.dropFirst() : after
        return String(String.UnicodeScalarView(letters))
    }

    func text(_ groups: RegexMatcher.Groups, in text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        parts.flatMap { part -> [Unicode.Scalar] in
            switch part {
            case .text(let scalars): return scalars
            case .groups(let numbers):
                for number in numbers {
                    if let start = groups[2 * number], let end = groups[2 * number + 1] { return Array(text[start..<end]) }
                }
                return []
            }
        }
    }
}
