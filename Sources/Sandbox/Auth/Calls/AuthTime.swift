import SwiftProtobuf

/// A time as it is on the wire, also one that is none.
package enum AuthTime: Equatable, Sendable {
    case at(WallTime)
    /// The field is not there.
    case absent
    /// The field is there with nothing in it: the start of 1970.
    case zero
    /// Go's zero time, the start of the year 1: what a Teleport sends of a time that was never set.
    case yearOne

    /// Nil for ``absent``.
    var timestamp: Google_Protobuf_Timestamp? {
        switch self {
        case .at(let time): time.timestamp
        case .absent: nil
        case .zero: Google_Protobuf_Timestamp()
        case .yearOne: Google_Protobuf_Timestamp(seconds: -62_135_596_800)
        }
    }
}
