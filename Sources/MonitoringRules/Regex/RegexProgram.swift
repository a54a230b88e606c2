/// A regular expression as instructions for ``RegexMatcher``.
struct RegexProgram: Sendable {
    /// The largest number of instructions. Repetitions are written out, so a short expression may need many.
    private static let limit = 2000

    enum Instruction: Sendable {
        case character(CharacterClass)
        case anchor(RegexSyntax.Anchor)
        /// Remembers the position as a group's start or end.
        case save(Int)
        case jump(Int)
        /// Goes on at both places; what is found by way of the first is preferred.
        case split(Int, Int)
        case match
    }

    private(set) var instructions: [Instruction] = []
    /// The number of groups, without the whole match.
    let groupCount: Int
    let names: [String: Int]

    init(_ text: String) throws(RuleFault) {
        var parser = try RegexParser(text)
        let syntax = try parser.parse()
        (groupCount, names) = (parser.groupCount, parser.names)
        try add(.save(0))
        try compile(syntax)
        try add(.save(1))
        try add(.match)
    }

    private mutating func add(_ instruction: Instruction) throws(RuleFault) {
        guard instructions.count < Self.limit else { throw RuleFault("a regular expression is too large once it is compiled") }
        instructions.append(instruction)
    }

    private mutating func compile(_ syntax: RegexSyntax) throws(RuleFault) {
        switch syntax {
        case .empty: break
        case .characters(let characters): try add(.character(characters))
        case .anchor(let anchor): try add(.anchor(anchor))
        case .sequence(let parts): for part in parts { try compile(part) }
        case .alternatives(let parts): try compile(alternatives: parts)
        case .group(let inner, let number):
            try add(.save(2 * number))
            try compile(inner)
            try add(.save(2 * number + 1))
        case .repetition(let inner, let least, let most, let isGreedy):
            for _ in 0..<least { try compile(inner) }
            guard let most else { return try compile(anyNumberOf: inner, isGreedy) }
            for _ in least..<max(least, most) { try compile(optional: inner, isGreedy) }
        }
    }

    private mutating func compile(alternatives parts: [RegexSyntax]) throws(RuleFault) {
        var jumps: [Int] = []
        for (number, part) in parts.enumerated() {
            let split = instructions.count
            if number < parts.count - 1 { try add(.split(split + 1, split + 1)) }
            try compile(part)
            guard number < parts.count - 1 else { break }
            jumps.append(instructions.count)
            try add(.jump(0))
            instructions[split] = .split(split + 1, instructions.count)
        }
        for jump in jumps { instructions[jump] = .jump(instructions.count) }
    }

    private mutating func compile(anyNumberOf inner: RegexSyntax, _ isGreedy: Bool) throws(RuleFault) {
        let start = instructions.count
        try add(.split(0, 0))
        try compile(inner)
        try add(.jump(start))
        let end = instructions.count
        instructions[start] = isGreedy ? .split(start + 1, end) : .split(end, start + 1)
    }

    private mutating func compile(optional inner: RegexSyntax, _ isGreedy: Bool) throws(RuleFault) {
        let start = instructions.count
        try add(.split(0, 0))
        try compile(inner)
        let end = instructions.count
        instructions[start] = isGreedy ? .split(start + 1, end) : .split(end, start + 1)
    }
}
