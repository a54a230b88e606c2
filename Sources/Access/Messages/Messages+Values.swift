extension Messages {
    /// The largest sizes of rendered templates, in characters as ``PropsSize`` counts them.
    enum Room {
        static let title = 300
        static let text = 900
        /// Mattermost's posts take 16,383 characters. The plugin's own words may be part of the answer.
        static let answer = 12_000
    }

    /// The values that take the place of a template's fields.
    struct Values {
        var subject: Subject?
        var card: Card?
        var cluster: String?
        var answer = ""
        var person = ""

        /// The largest number of characters of each value. The limits are tried in turn until the whole text fits. A rendered
        /// text is never cut, because the cut could be in the middle of a code span.
        private static let limits = [300, 200, 120, 80, 40, 20]

        /// Returns the rendered title on a single line, or nil if it does not fit.
        func title(_ template: Template, room: Int) -> String? {
            fitting(room) { limit in
                let words = template.rendered { value($0, limit: limit, InertText.label) }
                return Self.oneLine(words)
            }
        }

        /// Returns the rendered text, or nil if it does not fit.
        func text(_ template: Template, room: Int) -> String? {
            let marks = template.closingMarks
            return fitting(room) { limit in
                template.rendered { field in
                    value(field, limit: limit) { Self.replaced(InertText.code($0, limit: $1), marks) }
                }
            }
        }

        private func fitting(_ room: Int, _ rendered: (Int) -> String) -> String? {
            for limit in Self.limits {
                let words = rendered(limit)
                if PropsSize.of(words) <= room { return words }
            }
            return nil
        }

        private func value(_ field: String, limit: Int, _ inert: (String, Int) -> String) -> String {
            switch field {
            case "user": inert(subject?.user ?? "", min(limit, 100))
            case "roles": inert(subject?.roles.joined(separator: ", ") ?? "", limit)
            case "reason": inert(subject?.reason ?? "", limit)
            case "resources": inert(subject?.resources.joined(separator: ", ") ?? "", limit)
            case "cluster": inert(cluster ?? "", min(limit, 128))
            case "request_id": subject?.requestID.rawValue ?? ""
            case "status": card?.status.name ?? ""
            case "link": card?.link ?? ""
            // The plugin's own words are Markdown, and everything that they quote is inert.
            case "answer": answer
            case "person": person.isEmpty ? "" : "@\(person)"
            default: ""
            }
        }

        private static func replaced(_ text: String, _ marks: [Unicode.Scalar: Unicode.Scalar]) -> String {
            guard !marks.isEmpty else { return text }
            var result = String.UnicodeScalarView()
            for scalar in text.unicodeScalars { result.append(marks[scalar] ?? scalar) }
            return String(result)
        }

        private static func oneLine(_ text: String) -> String {
            text.split(whereSeparator: \.isNewline).joined(separator: " ")
        }
    }
}

extension Messages {
    /// Checks a template when the configuration is read, so that rendering cannot fail later.
    ///
    /// - Throws: ``Template/Fault`` if an inserted value could get out of its code span, or if the template does not fit even
    ///   with the shortest values.
    package static func check(_ template: Template, in place: Place) throws(Template.Fault) {
        if place != .title { try TemplateCheck.inert(template) }
        guard let id = RequestID(String(repeating: "r", count: 64)) else { return }
        for bad in ["<", "@", "*", "\n\"", "\u{1F469}\u{200D}\u{1F469}"] {
            let text = String(repeating: bad, count: 400)
            var subject = Subject(requestID: id, user: text, roles: [text], reason: text)
            subject.resources = [text]
            // Addresses of web UIs are shorter than this.
            let link = "https://\(String(repeating: "h", count: 60))/web/requests/\(id)"
            let card = Card(subject, status: .promoted(), link: link)
            let values = Values(
                subject: subject, card: card, cluster: text, answer: String(repeating: "w", count: 2000),
                person: String(repeating: "p", count: 64))
            let fits =
                switch place {
                case .title: values.title(template, room: Room.title) != nil
                case .text: values.text(template, room: Room.text) != nil
                case .answer: values.text(template, room: Room.answer) != nil
                }
            guard fits else {
                let room = place == .title ? Room.title : place == .text ? Room.text : Room.answer
                throw Template.Fault(
                    words: "is too long: with its fields at their shortest it takes more than \(room) characters. Shorten it.")
            }
        }
    }

    /// The place where a template's text is shown: as a post's title, as the text above its fields, or as the answer to a
    /// click.
    package enum Place { case title, text, answer }
}
