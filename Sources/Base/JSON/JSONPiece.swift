/// A piece of JSON text, made without an encoder. An object keeps the order of its members.
package enum JSONPiece: Sendable, CustomStringConvertible {
    case text(String)
    case number(Int)
    case flag(Bool)
    case list([JSONPiece])
    case object([(name: String, value: JSONPiece)])
    case null

    package var description: String { String(decoding: utf8, as: UTF8.self) }

    /// The JSON text in UTF-8.
    package var utf8: [UInt8] {
        var bytes: [UInt8] = []
        write(to: &bytes)
        return bytes
    }

    private func write(to bytes: inout [UInt8]) {
        switch self {
        case .text(let text): JSONText.writeQuoted(text, to: &bytes)
        case .number(let number): bytes += String(number).utf8
        case .flag(let flag): bytes += flag ? "true".utf8 : "false".utf8
        case .list(let items):
            bytes.append(UInt8(ascii: "["))
            for (index, item) in items.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                item.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                JSONText.writeQuoted(member.name, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                member.value.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        case .null: bytes += "null".utf8
        }
    }

    /// An object without those members that have no value.
    package static func object(present members: [(name: String, value: JSONPiece?)]) -> JSONPiece {
        .object(members.compactMap { member in member.value.map { (member.name, $0) } })
    }

    /// An object of texts, in the order of their names.
    package static func texts(_ members: [String: String]) -> JSONPiece {
        .object(members.sorted { $0.key < $1.key }.map { ($0.key, .text($0.value)) })
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
