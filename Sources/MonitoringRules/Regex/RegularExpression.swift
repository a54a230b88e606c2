/// Regular expressions in the syntax of RE2, with a bound on the work.
enum RegularExpression {
    /// Returns whether one of the texts matches a pattern, as Teleport's `utils.RegexMatchesAny` says. A pattern that begins with
    /// `^` and ends with `$` is a regular expression. Any other is matched as a whole, and each `*` in it stands for any
    /// characters of one line.
    static func matches(
        anyOf texts: Set<Text>, _ pattern: Text, _ evaluation: inout Evaluation
    ) throws(RuleFault) -> Bool {
        let isExpression = pattern.bytes.first == UInt8(ascii: "^") && pattern.bytes.last == UInt8(ascii: "$")
        let program = try compile(isExpression ? pattern.string : glob(pattern.string), &evaluation)
        for text in texts {
            try evaluation.spend(program.instructions.count)
            var matcher = RegexMatcher(program, Array(text.string.unicodeScalars))
            if try matcher.match(from: 0, &evaluation) != nil { return true }
        }
        return false
    }

    private static func compile(_ text: String, _ evaluation: inout Evaluation) throws(RuleFault) -> RegexProgram {
        let program = try RegexProgram(text)
        try evaluation.spend(program.parts)
        return program
    }

    /// Writes a pattern with wildcards as a regular expression.
    private static func glob(_ pattern: String) -> String {
        let inner = pattern.unicodeScalars.flatMap { $0 == "*" ? Array("(.*)".unicodeScalars) : RegexParser.quoted($0) }
        return "^" + String(String.UnicodeScalarView(inner)) + "$"
    }

    /// Replaces all matches in each text. As in Teleport, a text without a match is left out, and so is one that becomes empty.
    static func replace(
        in texts: Set<Text>, _ pattern: Text, with replacement: Text, _ evaluation: inout Evaluation
    ) throws(RuleFault) -> Set<Text> {
        let program = try compile(pattern.string, &evaluation)
        let template = RegexReplacement(replacement.string, program)
        var results: Set<Text> = []
        for text in texts {
            try evaluation.spend(program.instructions.count)
            let replaced = try replace(in: Array(text.string.unicodeScalars), program, template, &evaluation)
            if let replaced, !replaced.bytes.isEmpty { results.insert(replaced) }
        }
        return results
    }

    /// Replaces all matches; nil if there is none. An empty match right behind another match does not count.
    private static func replace(
        in text: [Unicode.Scalar], _ program: RegexProgram, _ template: RegexReplacement, _ evaluation: inout Evaluation
    ) throws(RuleFault) -> Text? {
        var matcher = RegexMatcher(program, text)
        var result = String.UnicodeScalarView()
        var (position, copied, isFound) = (0, 0, false)
        while position <= text.count, let groups = try matcher.match(from: position, &evaluation) {
            guard let start = groups[0], let end = groups[1] else { break }
            isFound = true
            result.append(contentsOf: text[copied..<start])
            if end > copied || start == 0 {
                let inserted = template.text(groups, in: text)
                try evaluation.spend(inserted.count)
                result.append(contentsOf: inserted)
            }
            copied = end
            position = max(end, position + 1)
        }
        guard isFound else { return nil }
        result.append(contentsOf: text[copied...])
        guard result.count <= Evaluation.stringLimit else {
            throw RuleFault("regexp.replace makes a text that is too long", .bound)
        }
        return Text(String(result))
    }
}
