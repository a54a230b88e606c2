/// Regular expressions in the syntax of RE2, with a bound on the work.
enum RegularExpression {
    /// Replaces all matches in each text. As in Teleport, a text without a match is left out, and so is one that becomes empty.
    static func replace(
        in texts: Set<Text>, _ pattern: Text, with replacement: Text, _ evaluation: inout Evaluation
    ) throws(RuleFault) -> Set<Text> {
        let program = try RegexProgram(pattern.string)
        try evaluation.spend(program.parts)
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
