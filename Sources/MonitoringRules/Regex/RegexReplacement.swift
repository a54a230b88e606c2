/// The replacement of a match, with `$1`, `${1}`, `$name`, `${name}` for groups and `$$` for a dollar sign, as in Go.
struct RegexReplacement: Sendable {
    private enum Part {
        case text([Unicode.Scalar])
        /// A group that the expression does not have gives nothing.
        case group(Int?)
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
                let number = Int(name).flatMap { $0 <= program.groupCount ? $0 : nil }
                parts.append(.group(Self.isNumber(name) ? number : program.names[name]))
            } else {
                parts.append(.text(["$"]))
            }
        }
    }

    static func isNamePart(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "_" || scalar.properties.isAlphabetic || scalar.properties.numericType == .decimal
    }

    private static func isNumber(_ name: String) -> Bool { name.utf8.allSatisfy { (0x30...0x39).contains($0) } }

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
            case .group(let number):
                guard let number, let start = groups[2 * number], let end = groups[2 * number + 1] else { return [] }
                return Array(text[start..<end])
            }
        }
    }
}
