/// Text that people wrote, made harmless for a place that renders Markdown.
///
/// Inside a code span Mattermost renders nothing and looks for no mention, link, emoji or hashtag, so the only way out is a
/// backtick, and none is left. Each line is a span of its own, since an empty line ends a span.
package enum InertText {
    /// `text` as code spans, at most `limit` characters of it; empty when nothing visible is left.
    package static func code(_ text: String, limit: Int) -> String {
        visibleLines(of: clipped(text, to: limit)).map { "`\($0)`" }.joined(separator: "\n")
    }

    /// `text` on one line for a place that renders nothing but may still look for mentions, such as a notification.
    package static func plain(_ text: String, limit: Int) -> String {
        visibleLines(of: clipped(text, to: limit)).joined(separator: " ")
            .split(separator: "@", omittingEmptySubsequences: false).joined(separator: "@\u{200B}")
    }

    /// `text` on one line for a place that renders links alone, such as an attachment's title.
    package static func label(_ text: String, limit: Int) -> String {
        plain(text, limit: limit).filter { !"[]<>()`".contains($0) }
    }

    /// At most `limit` characters, with `…` when some are missing. What JSON must escape as `\u00XX` counts six times, so
    /// that hostile text cannot push a post past Mattermost's limit on its props.
    static func clipped(_ text: String, to limit: Int) -> String {
        var budget = limit * 2
        var result = ""
        for (index, character) in text.enumerated() {
            budget -= character.unicodeScalars.reduce(0) { $0 + escapedLength(of: $1) }
            guard index < limit, budget >= 0 else { return result + "…" }
            result.append(character)
        }
        return result
    }

    private static func escapedLength(of scalar: Unicode.Scalar) -> Int {
        switch scalar {
        case "<", ">", "&", "\u{2028}", "\u{2029}", "\u{0}"..."\u{1F}": 6
        case "\"", "\\": 2
        default: 1
        }
    }

    private static func visibleLines(of text: String) -> [String] {
        text.split(whereSeparator: \.isNewline).compactMap { line in
            var visible = String.UnicodeScalarView()
            for scalar in line.unicodeScalars {
                if scalar == "`" { visible.append("\u{2019}") } else if isHarmless(scalar) { visible.append(scalar) }
            }
            let line = String(visible)
            return line.allSatisfy(\.isWhitespace) ? nil : line
        }
    }

    /// Controls, invisible formatting and reordering of text (Trojan Source) are dropped.
    private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control: scalar == "\t"
        case .format: scalar == "\u{200D}"  // joins emoji
        case .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: false
        default: true
        }
    }
}
