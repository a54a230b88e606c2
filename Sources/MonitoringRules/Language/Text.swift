/// A string of a condition, as bytes. Swift's strings regard different bytes as equal if they look alike, and Teleport's do not:
/// a role whose name only looks like the one in a condition must not match.
struct Text: Hashable, Sendable, ExpressibleByStringLiteral {
    var bytes: [UInt8]

    init(bytes: [UInt8]) { self.bytes = bytes }

    init(_ string: String) { bytes = Array(string.utf8) }

    init(stringLiteral value: String) { self.init(value) }

    var string: String { String(decoding: bytes, as: UTF8.self) }

    /// Returns the text with each character changed.
    func mapped(_ change: (Unicode.Scalar) -> Unicode.Scalar) -> Text {
        Text(String(String.UnicodeScalarView(string.unicodeScalars.map(change))))
    }

    /// Returns the positions at which `part` begins, without overlaps. The part must not be empty.
    private func places(of part: Text) -> [Int] {
        var places: [Int] = []
        var position = 0
        while position + part.bytes.count <= bytes.count {
            if bytes[position..<(position + part.bytes.count)].elementsEqual(part.bytes) {
                places.append(position)
                position += part.bytes.count
            } else {
                position += 1
            }
        }
        return places
    }

    /// Returns the parts between all occurrences of the separator. An empty separator splits into single characters, and an
    /// empty text has one empty part, or none if it is split into characters.
    func split(by separator: Text) -> [Text] {
        guard !separator.bytes.isEmpty else { return string.unicodeScalars.map { Text(String($0)) } }
        var parts: [Text] = []
        var start = 0
        for place in places(of: separator) {
            parts.append(Text(bytes: Array(bytes[start..<place])))
            start = place + separator.bytes.count
        }
        parts.append(Text(bytes: Array(bytes[start...])))
        return parts
    }

    /// Returns the text with all occurrences of `part` replaced. An empty part is found before each character and at the end.
    func replacing(_ part: Text, with other: Text, limit: Int) throws(RuleFault) -> Text {
        let isEmpty = part.bytes.isEmpty
        let parts = isEmpty ? [Text("")] + string.unicodeScalars.map { Text(String($0)) } + [Text("")] : split(by: part)
        let size = bytes.count + (parts.count - 1) * other.bytes.count
        guard size <= limit else {
            throw RuleFault("strings.replaceall makes a text of \(size) bytes, and \(limit) are allowed", .bound)
        }
        return Text(bytes: Array(parts.map(\.bytes).joined(separator: other.bytes)))
    }
}
