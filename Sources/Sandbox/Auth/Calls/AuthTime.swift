import SwiftProtobuf

/// A time as it is sent, including the forms that mean "no time".
package enum AuthTime: Equatable, Sendable {
    case at(WallTime)
    /// The field is not sent.
    case absent
    /// The field is sent empty, which means the start of 1970.
    case zero
    /// Go's zero time, the start of the year 1. Teleport sends it for a time that was never set.
    case yearOne

    /// The time in the form in which it is sent; nil for ``absent``.
    var timestamp: Google_Protobuf_Timestamp? {
        switch self {
        case .at(let time): time.timestamp
        case .absent: nil
        case .zero: Google_Protobuf_Timestamp()
        case .yearOne: Google_Protobuf_Timestamp(seconds: -62_135_596_800)
        }
    }
}
