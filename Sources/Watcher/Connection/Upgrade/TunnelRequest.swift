import NIOCore

/// An HTTP request after whose answer the connection carries other bytes, and the judgement of that answer.
protocol TunnelRequest: Sendable {
    /// The request, with its empty line at the end.
    var text: String { get }

    /// Whether these bytes can be the beginning of an answer. Without this a server that speaks another protocol would be
    /// waited for.
    func mayBegin(with bytes: ByteBufferView) -> Bool

    /// Returns the handlers that the connection needs after an answer with this head, the outermost first; throws if the answer
    /// is a refusal.
    func handlers(for head: String) throws -> [any ChannelHandler]

    /// Returns the error for a request that got no whole answer.
    func failure(_ failure: TunnelFailure) -> any Error
}

extension TunnelRequest {
    func mayBegin(with bytes: ByteBufferView) -> Bool { true }
}

/// The reason why a request for a tunnel got no whole answer.
enum TunnelFailure {
    /// There was none within the time limit.
    case late
    /// The head of the answer is larger than is read.
    case endless
    /// The connection was closed.
    case closed
    /// The answer is not HTTP.
    case other
    /// The connection failed.
    case error(any Error)
}
