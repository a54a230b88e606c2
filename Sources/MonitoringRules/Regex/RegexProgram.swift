/// A regular expression as instructions for ``RegexMatcher``.
struct RegexProgram: Sendable {
    /// The largest number of instructions. Repetitions are written out, so a short expression may need many.
    private static let limit = 10_000
    /// The largest number of parts that are compiled. Some of them need no instruction.
    private static let partLimit = 50_000

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
    /// The number of parts that were compiled, each as often as it is repeated.
    private(set) var parts = 0
    /// The number of groups, without the whole match.
    let groupCount: Int
    /// The numbers of the groups with each name.
    let names: [String: [Int]]

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
        parts += 1
        guard parts <= Self.partLimit else { throw RuleFault("a regular expression is too large once it is compiled") }
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
            // What may be repeated without end begins with the last part that has to be there.
            for _ in 0..<(most == nil ? max(least - 1, 0) : least) { try compile(inner) }
            if let most {
                try compile(upTo: most - least, inner, isGreedy)
            } else if least > 0 {
                try compile(oneOrMore: inner, isGreedy)
            } else {
                try compile(anyNumberOf: inner, isGreedy)
            }
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
        if inner.canBeEmpty {
            // As in Go, such a part comes once before it is repeated, so that the first alternative is preferred.
            try compile(oneOrMore: inner, isGreedy)
        } else {
            try compile(inner)
            try add(.jump(start))
        }
        choose(at: start, start + 1, or: instructions.count, isGreedy)
    }

    private mutating func compile(oneOrMore inner: RegexSyntax, _ isGreedy: Bool) throws(RuleFault) {
        let start = instructions.count
        try compile(inner)
        let split = instructions.count
        try add(.split(0, 0))
        choose(at: split, start, or: split + 1, isGreedy)
    }

    /// Compiles a part that may be there up to `count` times. Each repetition lies within the one before it.
    private mutating func compile(upTo count: Int, _ inner: RegexSyntax, _ isGreedy: Bool) throws(RuleFault) {
        var splits: [Int] = []
        for _ in 0..<count {
            splits.append(instructions.count)
            try add(.split(0, 0))
            try compile(inner)
        }
        for split in splits { choose(at: split, split + 1, or: instructions.count, isGreedy) }
    }

    /// Makes a greedy repetition prefer the way into its part, and a lazy one the other way.
    private mutating func choose(at split: Int, _ inside: Int, or outside: Int, _ isGreedy: Bool) {
        instructions[split] = isGreedy ? .split(inside, outside) : .split(outside, inside)
    }
}
