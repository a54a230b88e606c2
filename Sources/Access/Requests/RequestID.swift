/// The id of an access request, which is a UUID in every Teleport so far. It is limited to 64 letters, digits and `-`, so that
/// it can stand in a URL, a log line or a signed field as it is.
package struct RequestID: Hashable, Sendable, CustomStringConvertible {
    package let rawValue: String

    package init?(_ rawValue: String) {
        guard (1...64).contains(rawValue.utf8.count), rawValue.hasOnly(Self.isAllowed) else { return nil }
        self.rawValue = rawValue
    }

    package var description: String { rawValue }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
