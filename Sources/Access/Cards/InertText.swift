/// Makes texts that people wrote harmless for a place that renders Markdown.
///
/// In a code span Mattermost renders nothing and looks for no mention, link, emoji or hashtag. Only a backtick could end the
/// span, so all backticks are replaced. Each line becomes a span of its own, because an empty line would end a span. All
/// characters are judged by their Unicode scalars: for a renderer a backtick with a combining mark is a backtick, but Swift's
/// `Character` is another one.
package enum InertText {
    /// Returns `text` as code spans, with at most `limit` characters of it; empty if nothing visible is left.
    package static func code(_ text: String, limit: Int) -> String {
        spans(visibleLines(of: text, limit: limit))
    }

    /// Returns the texts as code spans, separated by commas or each on a line of its own. If `limit` characters do not hold all of
    /// them, the rest is counted, because what is cut off at the end may be what matters: `a, b` and 3 more.
    package static func list(_ texts: [String], onLines: Bool = false, limit: Int) -> String {
        let separator = onLines ? "\n" : ", "
        func first(_ count: Int) -> (lines: [String], isCut: Bool) {
            clipped(texts.prefix(count).joined(separator: separator), limit: limit)
        }
        var shown = first(texts.count)
        guard shown.isCut, texts.count > 1 else { return spans(shown.lines) }
        // The most that fit, or one that is cut itself.
        var (fitting, tooMany) = (1, texts.count)
        while tooMany - fitting > 1 {
            let middle = (fitting + tooMany) / 2
            if first(middle).isCut { tooMany = middle } else { fitting = middle }
        }
        shown = first(fitting)
        return "\(spans(shown.lines))\(onLines ? "\n" : " ")and \(texts.count - fitting) more"
    }

    private static func spans(_ lines: [String]) -> String { lines.map { "`\($0)`" }.joined(separator: "\n") }

    /// Returns `text` on one line, for a place that renders nothing but may still look for mentions, such as a notification.
    package static func plain(_ text: String, limit: Int) -> String {
        var result = String.UnicodeScalarView()
        for scalar in visibleLines(of: text, limit: limit).joined(separator: " ").unicodeScalars {
            result.append(scalar)
            if scalar == "@" { result.append("\u{200B}") }
        }
        return String(result)
    }

    /// Returns `text` on one line, for a place that renders only links, such as an attachment's title.
    package static func label(_ text: String, limit: Int) -> String {
        var result = String.UnicodeScalarView()
        for scalar in plain(text, limit: limit).unicodeScalars where !isOfLink(scalar) { result.append(scalar) }
        return String(result)
    }

    /// Returns whether a reader sees nothing of the text: it has only white space, invisible characters, and marks without a
    /// letter.
    package static func isBlank(_ text: String) -> Bool { text.unicodeScalars.allSatisfy(isBlank) }

    /// Returns the text without the blank characters around it, as ``isBlank(_:)`` defines them.
    package static func trimmed(_ text: String) -> String {
        let scalars = text.unicodeScalars
        guard let start = scalars.firstIndex(where: { !isBlank($0) }), let end = scalars.lastIndex(where: { !isBlank($0) })
        else {
            return ""
        }
        // The marks after the last letter are part of it.
        let marks = scalars[scalars.index(after: end)...].prefix { isMark($0) || $0 == "\u{200D}" }
        return String(scalars[start..<marks.endIndex])
    }

    private static func isOfLink(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "[", "]", "<", ">", "(", ")", "`": true
        default: false
        }
    }

    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return scalar.value <= 0x20 || scalar.value == 0x7F }
        return !isHarmless(scalar) || scalar.properties.isWhitespace || scalar.properties.isDefaultIgnorableCodePoint
            || isMark(scalar) || scalar == "\u{2800}"  // a Braille pattern without dots
    }

    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return false }
        return switch scalar.properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark: true
        default: false
        }
    }

    private static func isHarmlessNewline(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "\n", "\r", "\u{B}", "\u{C}", "\u{85}", "\u{2028}", "\u{2029}": true
        default: false
        }
    }

    /// Returns whether a character may be shown. Control characters, invisible formatting, and characters that reorder text
    /// (Trojan Source) may not.
    private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
        // The tables of Unicode are slow, and most texts are ASCII.
        if scalar.isASCII { return scalar == "\t" || (0x20..<0x7F).contains(scalar.value) }
        return switch scalar.properties.generalCategory {
        case .control: false
        case .format: scalar == "\u{200D}"  // joins emoji
        case .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: false
        default: true
        }
    }

    /// Returns the lines of `text` that show something, with `…` at the end if some of it was left out.
    private static func visibleLines(of text: String, limit: Int) -> [String] { clipped(text, limit: limit).lines }

    private static func clipped(_ text: String, limit: Int) -> (lines: [String], isCut: Bool) {
        var budget = Budget(limit: limit)
        var lines: [String.UnicodeScalarView] = [.init()]
        clipping: for character in text {
            var scalarsOfCharacter = 0
            for scalar in character.unicodeScalars {
                if isHarmlessNewline(scalar) {
                    if lines.last?.isEmpty == false { lines.append(.init()) }
                    guard budget.takeLine() else { break clipping }
                } else if isHarmless(scalar), scalarsOfCharacter < Budget.scalarsOfCharacter {
                    guard budget.take(scalar, beginsCharacter: scalarsOfCharacter == 0) else { break clipping }
                    scalarsOfCharacter += 1
                    lines[lines.count - 1].append(scalar == "`" ? "\u{2019}" : scalar)
                }
            }
        }
        var shown = lines.map { String($0) }.filter { !$0.unicodeScalars.allSatisfy(isUnseen) }
        if budget.isUsedUp, let last = shown.popLast() { shown.append(last + "…") }
        return (shown, budget.isUsedUp)
    }

    /// Like ``isBlank(_:)``, but a combining mark alone counts as visible.
    private static func isUnseen(_ scalar: Unicode.Scalar) -> Bool { isBlank(scalar) && !isMark(scalar) }
}

extension InertText {
    /// The room that is left for a text, in characters, in UTF-8 bytes, and in bytes once JSON has escaped it.
    private struct Budget {
        /// The largest number of scalars that are kept of one character. The emoji of a family of four has seven. A character
        /// with more scalars than this limit consists mostly of combining marks, and may have thousands of them.
        static let scalarsOfCharacter = 16

        private var characters: Int
        private var escaped: Int
        private var bytes: Int
        private(set) var isUsedUp = false

        init(limit: Int) { (characters, escaped, bytes) = (limit, limit * 2, limit * 4) }

        mutating func take(_ scalar: Unicode.Scalar, beginsCharacter: Bool) -> Bool {
            take(characters: beginsCharacter ? 1 : 0, PropsSize.of(scalar), UTF8.width(scalar))
        }

        /// Takes the room of a line break and of the two backticks around the next line. Returns false if there is no room.
        mutating func takeLine() -> Bool { take(characters: 1, 8, 3) }

        private mutating func take(characters count: Int, _ size: Int, _ width: Int) -> Bool {
            guard count <= characters, size <= escaped, width <= bytes else {
                isUsedUp = true
                return false
            }
            (characters, escaped, bytes) = (characters - count, escaped - size, bytes - width)
            return true
        }
    }
}
