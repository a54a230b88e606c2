/// A text with fields, `{{user}}`, and with sections that are shown only if a field is not empty, `{{#reason}}…{{/reason}}`.
///
/// This is a small part of Mustache. A library for all of Mustache would need the whole of Foundation, which is large compared
/// with the plugin's binary.
package struct Template: Equatable, Sendable {
    indirect enum Piece: Equatable, Sendable {
        case text(String)
        case field(String)
        case section(String, [Piece])
    }

    /// The error of a template that cannot be used. It says what is wrong and how to mend it, as the end of a sentence that
    /// begins with the template.
    package struct Fault: Error, Equatable {
        package var words: String
    }

    /// The largest length of a template as it is written, in Unicode scalars.
    static let limit = 2000

    private let pieces: [Piece]

    /// Parses a template.
    ///
    /// - Parameter fields: the names of the fields that the template may have.
    package init(_ text: String, fields: [String]) throws(Fault) {
        let length = text.unicodeScalars.count
        guard length <= Self.limit else { throw Fault(words: "has \(length) characters; \(Self.limit) are the most.") }
        var parser = Parser(rest: text[...], fields: fields)
        pieces = try parser.pieces(until: nil)
    }

    /// Returns the text with each field replaced by its value. A section is left out if the value of its field is empty.
    func rendered(_ value: (String) -> String) -> String { Self.rendered(pieces, value) }

    private static func rendered(_ pieces: [Piece], _ value: (String) -> String) -> String {
        pieces.reduce(into: "") { result, piece in
            switch piece {
            case .text(let text): result += text
            case .field(let name): result += value(name)
            case .section(let name, let inner): if !value(name).isEmpty { result += rendered(inner, value) }
            }
        }
    }

    /// The names of the fields that sections depend on.
    var conditions: Set<String> { Self.conditions(pieces) }

    /// Returns the texts and fields that are rendered, in order, if exactly these fields are not empty.
    func flat(where conditions: Set<String>) -> [Piece] { Self.flat(pieces, conditions) }

    private static func conditions(_ pieces: [Piece]) -> Set<String> {
        pieces.reduce(into: []) { result, piece in
            if case .section(let name, let inner) = piece { result.formUnion(self.conditions(inner).union([name])) }
        }
    }

    private static func flat(_ pieces: [Piece], _ conditions: Set<String>) -> [Piece] {
        pieces.flatMap { piece in
            guard case .section(let name, let inner) = piece else { return [piece] }
            return conditions.contains(name) ? flat(inner, conditions) : []
        }
    }

    /// Takes the pieces off the front of a template's text.
    private struct Parser {
        var rest: Substring
        let fields: [String]
        private var depth = 0

        init(rest: Substring, fields: [String]) {
            self.rest = rest
            self.fields = fields
        }

        mutating func pieces(until section: String?) throws(Fault) -> [Piece] {
            var pieces: [Piece] = []
            while let start = rest.firstRange(of: "{{") {
                if start.lowerBound > rest.startIndex { pieces.append(.text(String(rest[..<start.lowerBound]))) }
                rest = rest[start.upperBound...]
                guard let end = rest.firstRange(of: "}}") else {
                    throw Fault(words: "has a {{ without }}. Close it or remove it.")
                }
                let tag = rest[..<end.lowerBound].filter { $0 != " " }
                rest = rest[end.upperBound...]
                if tag.hasPrefix("/") {
                    guard tag.dropFirst() == section ?? "" else {
                        throw Fault(words: "closes {{\(tag)}}, which is not open there.")
                    }
                    return pieces
                }
                pieces.append(try piece(tag))
            }
            if let section { throw Fault(words: "opens {{#\(section)}} and does not close it with {{/\(section)}}.") }
            if !rest.isEmpty { pieces.append(.text(String(rest))) }
            return pieces
        }

        private mutating func piece(_ tag: String) throws(Fault) -> Piece {
            guard tag.hasPrefix("#") else { return .field(try known(tag)) }
            let name = try known(String(tag.dropFirst()))
            depth += 1
            guard depth <= 4 else { throw Fault(words: "is nested too deep.") }
            defer { depth -= 1 }
            return .section(name, try pieces(until: name))
        }

        private func known(_ name: String) throws(Fault) -> String {
            guard !fields.contains(name) else { return name }
            let near = Spelling.nearest(to: name, among: fields).map { "Did you mean {{\($0)}}? " } ?? ""
            let shown = name.prefix(40).filter { $0.isLetter || $0.isNumber || $0 == "_" }
            throw Fault(words: "has {{\(shown)}}, which is no field. \(near)The fields are \(fields.joined(separator: ", ")).")
        }
    }
}
