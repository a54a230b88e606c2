@testable import Access

/// Checks that in an accepted template no value breaks out of its code span, and that every rendered card is within
/// Mattermost's limit. The template and the values are arbitrary.
///
/// The input is the place of the template in one byte, and then the template, the user, the reason and a resource, with zero
/// bytes between them.
func fuzzMessages(_ input: UnsafeRawBufferPointer) {
    let parts = input.dropFirst().split(separator: 0, maxSplits: 3, omittingEmptySubsequences: false)
    guard let first = input.first, let text = parts.first.map({ String(decoding: $0, as: UTF8.self) }) else { return }
    let values = parts.dropFirst().map { String(decoding: $0, as: UTF8.self) }
    let place: Messages.Place = [.title, .text, .answer][Int(first % 3)]
    guard !text.contains(Leak.word), let template = try? Template(text, fields: Leak.fields),
        (try? Messages.check(template, in: place)) != nil
    else { return }
    Leak.look(for: template, in: place, values: values)
}

enum Leak {
    /// A word that is in each value. If it is visible outside of code, a value has broken out of its code span.
    static let word = "LEAK"
    static let fields = ["user", "roles", "reason", "resources", "request_id", "status", "link", "cluster", "person"]

    /// Ends the process when a value is visible outside of code, or when the card is too large.
    static func look(for template: Template, in place: Messages.Place, values: [String]) {
        guard let id = RequestID("r-1") else { return }
        func value(_ index: Int) -> String { index < values.count ? "\(word)\(values[index])\(word)" : "" }
        var subject = Subject(requestID: id, user: value(0), roles: [value(1)], reason: value(1))
        subject.resources = [value(2)]
        var messages = Messages()
        switch place {
        case .title: messages.title = template
        case .text: messages.text = template
        case .answer: messages.answers[.failed] = template
        }
        var card = Card(subject, status: .pending, link: "https://h.example/web/requests/r-1", shownCluster: value(2))
        messages.apply(to: &card, subject, cluster: value(2))
        must(card.propsSize <= PropsSize.limit, "the card is too large: \(card.propsSize)")
        for field in card.fields { must(!isOut(field.value), "a field lets out: \(field.value)") }
        must(!atSomebody(card.fallback), "the notification mentions: \(card.fallback)")
        if place == .text { must(!isOut(card.text ?? ""), "the text lets out: \(card.text ?? "")") }
        if place == .answer {
            let words = messages.words(.failed, "", card, subject, cluster: value(2), person: "a_b")
            must(!isOut(words), "the answer lets out: \(words)")
        }
    }

    private static func isOut(_ text: String) -> Bool { MarkdownReader.outside(text).contains(word) }

    /// Whether an `@` is followed by anything but a zero-width space, which keeps it from being a mention.
    private static func atSomebody(_ text: String) -> Bool {
        let scalars = Array(text.unicodeScalars)
        return zip(scalars, scalars.dropFirst()).contains { $0 == "@" && $1 != "\u{200B}" }
    }
}

/// Finds the text that a renderer like Mattermost's shows outside of code. It reads marks from the left. Each mark ends at the
/// first place that closes it, even inside of code.
enum MarkdownReader {
    static func outside(_ text: String) -> String {
        paragraphs(Array(text.unicodeScalars)).map { String(String.UnicodeScalarView(outside($0))) }.joined(separator: "\n\n")
    }

    /// Splits the text at empty lines, which no code span crosses.
    private static func paragraphs(_ scalars: [Unicode.Scalar]) -> [[Unicode.Scalar]] {
        var result: [[Unicode.Scalar]] = [[]]
        for line in scalars.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.allSatisfy({ $0 == " " || $0 == "\t" }) {
                result.append([])
            } else {
                result[result.count - 1] += Array(line) + ["\n"]
            }
        }
        return result
    }

    private static func outside(_ text: [Unicode.Scalar], depth: Int = 0) -> [Unicode.Scalar] {
        guard depth < 30 else { return [] }
        var shown: [Unicode.Scalar] = []
        var index = 0
        while index < text.count {
            let rest = text[index...]
            if text[index] == "\\", index + 1 < text.count {
                shown.append(text[index + 1])
                index += 2
            } else if text[index] == "`" {
                let run = rest.prefix { $0 == "`" }.count
                if let end = close(run, in: text, from: index + run) {
                    index = end
                } else {
                    shown += rest.prefix(run)
                    index += run
                }
            } else if let link = [Array("://".unicodeScalars), Array("www.".unicodeScalars)].first(where: {
                rest.starts(with: $0)
            }) {
                let word = rest.prefix { !$0.properties.isWhitespace && $0 != "<" }
                shown += word
                index += max(word.count, link.count)
            } else if let (inner, end) = marked(text, from: index) {
                shown += outside(Array(inner), depth: depth + 1)
                index = end
            } else {
                shown.append(text[index])
                index += 1
            }
        }
        return shown
    }

    /// Returns the position after the next run of exactly `run` backticks; nil when there is none.
    private static func close(_ run: Int, in text: [Unicode.Scalar], from start: Int) -> Int? {
        var index = start
        while index < text.count {
            guard text[index] == "`" else {
                index += 1
                continue
            }
            let count = text[index...].prefix { $0 == "`" }.count
            if count == run { return index + count }
            index += count
        }
        return nil
    }

    /// Returns the text between the marks that begin here, and the position after the closing mark.
    private static func marked(_ text: [Unicode.Scalar], from index: Int) -> (inner: ArraySlice<Unicode.Scalar>, end: Int)? {
        for mark in ["**", "__", "~~", "*", "_", "$", "<"].map({ Array($0.unicodeScalars) }) {
            guard text[index...].starts(with: mark) else { continue }
            let closing = mark == ["<"] ? [">"] : mark
            let start = index + mark.count
            guard
                let end = (start + 1..<max(start + 2, text.count)).first(where: {
                    text[min($0, text.count)...].starts(with: closing)
                })
            else { continue }
            return (text[start..<end], end + closing.count)
        }
        guard text[index] == "[" else { return nil }
        guard let middle = (index + 1..<text.count).dropLast().first(where: { text[$0] == "]" && text[$0 + 1] == "(" }),
            let end = text[middle...].firstIndex(of: ")")
        else { return nil }
        return (text[(index + 1)..<end], end + 1)
    }
}
