internal import FoundationEssentials
package import SwiftProtobuf

/// A text in a message of the server's, which need not be valid UTF-8.
///
/// Go's servers take such a text, keep it and send it on, and people choose many texts of a request: its reason, its roles,
/// the reviewers that it suggests. One that is not valid must not keep a whole list or the watch from being read, as it does
/// with SwiftProtobuf's own strings. Bytes that are no character are read as U+FFFD, so ``Swift/String/isExact`` tells whether
/// there were none. The generated messages decode every text in this way (`generate.sh`).
package enum TextField: FieldType, MapKeyType, MapValueType {
    package typealias BaseType = String

    package static var proto3DefaultValue: String { "" }

    package static func decodeSingular<D: SwiftProtobuf.Decoder>(value: inout String?, from decoder: inout D) throws {
        var bytes: Data?
        try decoder.decodeSingularBytesField(value: &bytes)
        // The value is left alone if the field was of another type.
        if let bytes { value = String(decoding: bytes, as: UTF8.self) }
    }

    package static func decodeRepeated<D: SwiftProtobuf.Decoder>(value: inout [String], from decoder: inout D) throws {
        var texts: [Data] = []
        try decoder.decodeRepeatedBytesField(value: &texts)
        value += texts.map { String(decoding: $0, as: UTF8.self) }
    }

    package static func visitSingular<V: Visitor>(value: String, fieldNumber: Int, with visitor: inout V) throws {
        try visitor.visitSingularStringField(value: value, fieldNumber: fieldNumber)
    }

    package static func visitRepeated<V: Visitor>(value: [String], fieldNumber: Int, with visitor: inout V) throws {
        try visitor.visitRepeatedStringField(value: value, fieldNumber: fieldNumber)
    }

    /// Texts are never packed.
    package static func visitPacked<V: Visitor>(value: [String], fieldNumber: Int, with visitor: inout V) throws {
        try visitRepeated(value: value, fieldNumber: fieldNumber, with: &visitor)
    }
}

extension SwiftProtobuf.Decoder {
    mutating func decodeText(value: inout String) throws {
        var text: String?
        try TextField.decodeSingular(value: &text, from: &self)
        if let text { value = text }
    }

    mutating func decodeTexts(value: inout [String]) throws {
        try TextField.decodeRepeated(value: &value, from: &self)
    }
}

extension String {
    /// Whether the text is certainly the server's, byte for byte. A name that is not may stand for another one, so it must not be
    /// compared, looked up or sent back.
    package var isExact: Bool { !unicodeScalars.contains("\u{FFFD}") }
}
