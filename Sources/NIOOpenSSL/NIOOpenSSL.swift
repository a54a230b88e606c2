package import ActionCrypto
package import NIOCore

/// TLS for a NIO channel by the system's OpenSSL. First in the pipeline; holds decrypted bytes until somebody reads.
package final class TLSHandler: ChannelDuplexHandler {
    package typealias InboundIn = ByteBuffer
    package typealias InboundOut = ByteBuffer
    package typealias OutboundIn = ByteBuffer
    package typealias OutboundOut = ByteBuffer

    package enum Role: Sendable {
        case server
        /// SNI and the name that the peer's certificate must have.
        case client(serverName: String)
    }

    /// What was agreed on.
    package struct Handshake: Sendable {
        package var alpn: String?
        /// The subject's common name of a verified client certificate; nil without one.
        package var peerCommonName: String?
    }

    /// Succeeds with the handshake, or fails with the TLS error that really happened; also by the handler's own time limit.
    package let handshake: EventLoopFuture<Handshake>

    private let promise: EventLoopPromise<Handshake>

    package init(context: TLSContext, role: Role, on eventLoop: any EventLoop, handshakeTimeout: TimeAmount = .seconds(10)) {
        promise = eventLoop.makePromise()
        handshake = promise.futureResult
    }
}
