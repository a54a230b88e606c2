/// Looks for matches of a regular expression by following all ways through its instructions at once (Pike's machine). The work
/// is at most the number of instructions times the length of the text, whatever the expression.
struct RegexMatcher {
    /// The positions of a match and of its groups: start and end of each, or nil for a group that took no part.
    typealias Groups = [Int?]

    private struct Thread {
        var instruction: Int
        var groups: Groups
    }

    private let program: RegexProgram
    private let text: [Unicode.Scalar]
    /// The step at which each instruction was reached last, so that no instruction is followed twice in one step.
    private var reached: [Int]
    private var step = 0

    init(_ program: RegexProgram, _ text: [Unicode.Scalar]) {
        self.program = program
        self.text = text
        reached = Array(repeating: -1, count: program.instructions.count)
    }

    /// Returns the first match that begins at `start` or later, with the preferences of Perl.
    mutating func match(from start: Int, _ evaluation: inout Evaluation) throws(RuleFault) -> Groups? {
        var found: Groups?
        var threads: [Thread] = []
        for position in start...text.count {
            step += 1
            var next: [Thread] = []
            // Threads that began at an earlier position are preferred. Once there is a match no further thread begins.
            for thread in threads { try follow(thread, at: position, into: &next, &evaluation) }
            if found == nil {
                let groups = Groups(repeating: nil, count: 2 * (program.groupCount + 1))
                try follow(Thread(instruction: 0, groups: groups), at: position, into: &next, &evaluation)
            }
            threads = []
            for thread in next {
                switch program.instructions[thread.instruction] {
                case .match: found = thread.groups
                case .character(let characters) where position < text.count && characters.contains(text[position]):
                    threads.append(Thread(instruction: thread.instruction + 1, groups: thread.groups))
                    continue
                default: continue
                }
                // The threads after a match are less preferred than it, so they are given up.
                break
            }
            if threads.isEmpty, found != nil { break }
        }
        return found
    }

    /// Follows a thread up to the instructions that take a character, and adds these in the order of preference.
    private mutating func follow(
        _ thread: Thread, at position: Int, into next: inout [Thread], _ evaluation: inout Evaluation
    ) throws(RuleFault) {
        var waiting = [thread]
        while var thread = waiting.popLast() {
            try evaluation.spend(1 + program.groupCount)
            guard reached[thread.instruction] != step else { continue }
            reached[thread.instruction] = step
            switch program.instructions[thread.instruction] {
            case .character, .match: next.append(thread)
            case .jump(let target):
                thread.instruction = target
                waiting.append(thread)
            case .split(let first, let second):
                waiting.append(Thread(instruction: second, groups: thread.groups))
                waiting.append(Thread(instruction: first, groups: thread.groups))
            case .save(let slot):
                thread.groups[slot] = position
                thread.instruction += 1
                waiting.append(thread)
            case .anchor(let anchor):
                guard holds(anchor, at: position) else { continue }
                thread.instruction += 1
                waiting.append(thread)
            }
        }
    }

    private func holds(_ anchor: RegexSyntax.Anchor, at position: Int) -> Bool {
        switch anchor {
        case .textStart: position == 0
        case .textEnd: position == text.count
        case .lineStart: position == 0 || text[position - 1] == "\n"
        case .lineEnd: position == text.count || text[position] == "\n"
        case .wordBoundary: isWord(position - 1) != isWord(position)
        case .noWordBoundary: isWord(position - 1) == isWord(position)
        }
    }

    private func isWord(_ position: Int) -> Bool {
        text.indices.contains(position) && CharacterClass.words.contains { $0.contains(text[position].value) }
    }
}
