/// How much of its 8,000 characters of props Mattermost 5.x finds used: Unicode scalars of its own JSON, where Go's encoder
/// escapes some to six characters.
package enum PropsSize {
    /// Less than 8,000 by what stands around the attachment: `from_bot`, and the request's id, state and cluster for finding the
    /// post again, of which the cluster's name may have 128 characters.
    package static let limit = 7500

    static func of(_ scalar: Unicode.Scalar) -> Int {
        switch scalar {
        case "<", ">", "&", "\u{2028}", "\u{2029}", "\u{0}"..."\u{1F}": 6
        case "\"", "\\": 2
        default: 1
        }
    }

    /// The text alone, without the quotes.
    package static func of(_ text: String) -> Int { text.unicodeScalars.reduce(0) { $0 + of($1) } }
}

extension Card {
    /// The part of ``PropsSize/limit`` that the card takes.
    package var propsSize: Int {
        let texts = [color, title, link ?? "", text ?? "", fallback]
        let ofFields = fields.reduce(0) { $0 + PropsSize.of($1.title) + PropsSize.of($1.value) + 40 }
        let ofButtons = buttons.reduce(0) { total, button in
            let context = button.context.reduce(0) { $0 + PropsSize.of($1.key) + PropsSize.of($1.value) + 6 }
            return total + PropsSize.of(button.id) + PropsSize.of(button.name) + PropsSize.of(button.url) + context + 120
        }
        return texts.reduce(100) { $0 + PropsSize.of($1) } + ofFields + ofButtons
    }
}
