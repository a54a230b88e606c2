import NIOCore
import NIOHTTP1

/// The reason for which the parsing of a connection's input ended.
enum InputFailure: Equatable {
    case malformed
    case headTooLarge
    /// The input ended within a request.
    case truncated
    /// The parser was given more than it takes at once.
    case bufferFull
    /// Bytes arrived after an earlier failure.
    case unparsed(bytes: Int)
    /// A failure of the connection itself, such as a reset.
    case other

    init(_ error: any Error) {
        self =
            switch error {
            case HTTPParserError.invalidEOFState: .truncated
            case HTTPParserError.headerOverflow: .headTooLarge
            case is HTTPParserError: .malformed
            case is ByteToMessageDecoderError.PayloadTooLargeError: .bufferFull
            case ByteToMessageDecoderError.dataReceivedInErrorState(_, let buffer): .unparsed(bytes: buffer.readableBytes)
            default: .other
            }
    }
}
