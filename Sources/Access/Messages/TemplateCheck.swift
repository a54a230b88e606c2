/// Checks that inserted values stay inert in a template, whatever people write in them.
///
/// A value is inserted as a code span of its own that contains no backtick. The template's own text could still reach into that
/// span, by a backtick or a backslash before it, or by a link that the value becomes part of. Such templates are refused.
///
/// A mark may be opened before a value and closed after it, as in `**{{user}}**`. Mattermost takes the first closing mark, even
/// one in a code span, so closing marks in the value are then replaced by characters that look alike.
enum TemplateCheck {
    /// The fields whose values contain nothing that people wrote, each with an example that has all the special characters it
    /// can have.
    private static let safe = [
        "request_id": "r-1", "status": "pending", "link": "https://h/web/requests/r-1", "person": "@a_b",
    ]

    /// Checks the template for every combination of sections that are shown.
    ///
    /// - Throws: ``Template/Fault``, which says what is wrong and how to mend it.
    static func inert(_ template: Template) throws(Template.Fault) {
        let conditions = template.conditions.sorted()
        // There are at most ten fields, so the combinations are few.
        for bits in 0..<(1 << min(conditions.count, 12)) {
            let holding = conditions.indices.filter { bits >> $0 & 1 == 1 }.map { conditions[$0] }
            var before = ""
            var whole = ""
            var isAfterField = false
            for piece in template.flat(where: Set(holding)) {
                switch piece {
                case .text(let text):
                    before += text
                    whole += text
                case .field(let name):
                    if let example = safe[name] {
                        before += example
                        whole += example
                    } else {
                        try check(before, after: isAfterField, before: name)
                        whole += "`v`"
                        (before, isAfterField) = ("", true)
                    }
                case .section: break
                }
            }
            if isAfterField { try check(before, after: true, before: nil) }
            guard !closesMarkInCode(Array(whole.unicodeScalars)) else {
                throw Template.Fault(
                    words:
                        "has a mark such as _ or * inside of its own code, which could end one that is begun before it. Remove one."
                )
            }
        }
    }

    /// Returns whether a code span of the template contains a closing mark whose opening mark may stand before the span.
    /// Mattermost takes the first closing mark, even one in a code span, and the span's last backtick would then begin another
    /// span.
    private static func closesMarkInCode(_ scalars: [Unicode.Scalar]) -> Bool {
        var opened: Set<Unicode.Scalar> = []
        var open: Int?
        var index = 0
        while index < scalars.count {
            let run = scalars[index...].prefix { $0 == "`" }.count
            if run > 0 {
                open = open == nil ? run : open == run ? nil : open
                index += run
                continue
            }
            let scalar = scalars[index]
            if open == nil {
                opened.insert(scalar)
            } else if let opening = Template.lookAlikes[scalar]?.opening, opened.contains(opening) {
                return true
            }
            index += 1
        }
        return false
    }

    /// Checks the template's text before, between or after the fields.
    ///
    /// - Parameters:
    ///   - text: the text to check.
    ///   - isAfterField: whether a field comes right before the text.
    ///   - name: the field that comes right after the text; nil at the template's end.
    private static func check(_ text: String, after isAfterField: Bool, before name: String?) throws(Template.Fault) {
        let scalars = Array(text.unicodeScalars)
        let place = name.map { " before {{\($0)}}" } ?? " after the last field"
        let touches = name != nil && scalars.last == "`" || isAfterField && scalars.first == "`"
        guard !touches, name == nil || closesItsCode(scalars) else {
            throw Template.Fault(
                words: "has a `\(place) that would reach into its code. Fields are shown as code anyway: remove the `.")
        }
        guard let name else { return }
        guard scalars.last != "\\" else { throw Template.Fault(words: "has a \\\(place). Remove it.") }
        let word = String(String.UnicodeScalarView(scalars.reversed().prefix { !$0.properties.isWhitespace }.reversed()))
        let lowered = word.lowercased()
        guard !["://", "www.", "mailto:"].contains(where: lowered.contains) else {
            throw Template.Fault(words: "has {{\(name)}} as a part of a link. Put a space between.")
        }
        guard closes("<", ">", in: scalars), closes("(", ")", in: scalars, openedAfter: "]") else {
            throw Template.Fault(words: "has {{\(name)}} inside of a link or tag. Close that before the field.")
        }
        guard !hasLine(scalars) else {
            throw Template.Fault(words: "has a table or a link's definition\(place). Write it without.")
        }
    }

    /// Returns whether each run of backticks in the text is closed by another run of the same length.
    private static func closesItsCode(_ scalars: [Unicode.Scalar]) -> Bool {
        var open: Int?
        var index = 0
        while index < scalars.count {
            guard scalars[index] == "`" else {
                index += 1
                continue
            }
            // Renderers differ on whether an escaped backtick counts.
            if index > 0, scalars[index - 1] == "\\" { return false }
            let start = index
            while index < scalars.count, scalars[index] == "`" { index += 1 }
            let run = index - start
            // A run of another length is part of the open code span.
            open = open == nil ? run : open == run ? nil : open
        }
        return open == nil
    }

    /// Returns whether the last opening mark in the text is followed by its closing mark.
    private static func closes(
        _ opening: Unicode.Scalar, _ closing: Unicode.Scalar, in scalars: [Unicode.Scalar], openedAfter: Unicode.Scalar? = nil
    ) -> Bool {
        let last = scalars.indices.last { index in
            scalars[index] == opening
                && (openedAfter == nil || index > 0 && scalars[index - 1] == openedAfter)
        }
        return last.map { scalars[$0...].contains(closing) } ?? true
    }

    /// Returns whether the text has the delimiter row of a table, or a link's definition, `[name]:`.
    private static func hasLine(_ scalars: [Unicode.Scalar]) -> Bool {
        if zip(scalars, scalars.dropFirst()).contains(where: { $0 == "]" && $1 == ":" }) { return true }
        return scalars.split(whereSeparator: { $0.properties.generalCategory == .control && $0 != "\t" }).contains { line in
            line.contains("-") && line.contains("|")
                && line.allSatisfy { $0 == "-" || $0 == "|" || $0 == ":" || $0.properties.isWhitespace }
        }
    }
}

extension Template {
    /// The closing marks that a value must not contain, because the template or the value of another field may open them. Each
    /// is mapped to the character that is shown in its place.
    var closingMarks: [Unicode.Scalar: Unicode.Scalar] {
        var opened = Set<Unicode.Scalar>()
        for piece in flat(where: conditions) {
            switch piece {
            case .text(let text): opened.formUnion(text.unicodeScalars)
            case .field("person"), .field("link"), .field("answer"): opened.formUnion(["_", "["])
            case .field, .section: break
            }
        }
        return Self.lookAlikes.filter { opened.contains($0.value.opening) }.mapValues(\.shown)
    }

    fileprivate static let lookAlikes: [Unicode.Scalar: (opening: Unicode.Scalar, shown: Unicode.Scalar)] = [
        "*": ("*", "\u{2217}"), "_": ("_", "\u{FF3F}"), "~": ("~", "\u{223C}"), "$": ("$", "\u{FF04}"),
        "|": ("|", "\u{FF5C}"), "]": ("[", "\u{FF3D}"), ")": ("(", "\u{FF09}"), ">": ("<", "\u{FF1E}"),
    ]
}
