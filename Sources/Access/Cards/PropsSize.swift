/// Counts how much a text takes of the 8,000 characters that Mattermost 5.x allows for a post's props. The server counts the
/// Unicode scalars of its own JSON, in which Go's encoder escapes some characters as six.
package enum PropsSize {
    /// The room for the attachment. It is less than 8,000 because the props have other values too: `from_bot`, and the
    /// request's id, state and cluster, by which the post is found again. The cluster's name may have 128 characters.
    package static let limit = 7500

    static func of(_ scalar: Unicode.Scalar) -> Int {
        switch scalar {
        case "<", ">", "&", "\u{2028}", "\u{2029}", "\u{0}"..."\u{1F}": 6
        case "\"", "\\": 2
        default: 1
        }
    }

    /// Returns the size of a text without the quotes around it.
    package static func of(_ text: String) -> Int {
        if text.hasOnly(isPlain) { return text.utf8.count }
        return text.unicodeScalars.reduce(0) { $0 + of($1) }
    }

    /// Whether a byte is an ASCII character that counts as one. Most texts have no others.
    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"), UInt8(ascii: "\""), UInt8(ascii: "\\"): false
        default: (0x20..<0x80).contains(byte)
        }
    }
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
