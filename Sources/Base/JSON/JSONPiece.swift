/// A piece of JSON text, made without an encoder. An object keeps the order of its members.
package enum JSONPiece: Sendable, CustomStringConvertible {
    case text(String)
    case number(Int)
    case flag(Bool)
    case list([JSONPiece])
    case object([(name: String, value: JSONPiece)])
    case null

    package var description: String {
        switch self {
        case .text(let text): "\"\(JSONText.escaped(text))\""
        case .number(let number): "\(number)"
        case .flag(let flag): "\(flag)"
        case .list(let items): "[\(items.map(\.description).joined(separator: ","))]"
        case .object(let members):
            "{\(members.map { "\"\(JSONText.escaped($0.name))\":\($0.value)" }.joined(separator: ","))}"
        case .null: "null"
        }
    }

    /// A moment as RFC 3339 writes it; null if there is none.
    package static func time(_ time: Timestamp?) -> JSONPiece { time.map { .text($0.secondInUTC) } ?? .null }

    /// A text, or null if there is none.
    package static func optional(_ text: String?) -> JSONPiece { text.map { .text($0) } ?? .null }

    /// A whole number of seconds, or null.
    package static func seconds(_ duration: Duration?) -> JSONPiece {
        duration.map { .number(Int($0.components.seconds)) } ?? .null
    }
}
