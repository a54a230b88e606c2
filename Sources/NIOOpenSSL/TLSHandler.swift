package import ActionCrypto
package import NIOCore
import NIOTLS

/// A channel handler that adds TLS, by the system's OpenSSL, to a NIO channel. It exists because swift-nio-ssl brings its own
/// BoringSSL. Only a handler for back-pressure may be nearer to the socket. For TLS inside TLS, a second one follows the first
/// in the pipeline.
///
/// The handler performs the actions that a ``TLSState`` returns. During the handshake it reads from the channel by itself, even
/// if `autoRead` is off; afterwards it reads only when the pipeline asks. Decrypted bytes that nobody has asked for are held,
/// so that the rest of the pipeline can be built after the handshake.
///
/// A failure is fired as an ``OpenSSLError``, and the channel is closed after the alert has been sent. Like every channel
/// handler it is used on the channel's event loop only.
package final class TLSHandler: ChannelDuplexHandler {
    package typealias InboundIn = ByteBuffer
    package typealias InboundOut = ByteBuffer
    package typealias OutboundIn = ByteBuffer
    package typealias OutboundOut = ByteBuffer
    package typealias Role = TLSEngine.Role

    /// The result of a handshake.
    package struct Handshake: Hashable, Sendable {
        /// The application protocol that both sides chose; nil without one.
        package var alpn: String?
        /// The subject's common name of the peer's verified certificate; nil without one.
        package var peerCommonName: String?
        /// The protocol version, such as `TLSv1.3`.
        package var version: String
        /// The name that the client asked for by SNI; nil without one.
        package var serverName: String?
    }

    /// Succeeds with the result of the handshake, or fails with the ``OpenSSLError`` that ended it, such as `timedOut` after
    /// the handler's time limit.
    package let handshake: EventLoopFuture<Handshake>
    /// The first TLS failure of the connection, during the handshake or after it.
    package let failure: TLSFailure

    /// The time for which a closing connection waits for the peer's end.
    static let lingerLimit = TimeAmount.seconds(1)

    private let context: TLSContext
    private let role: Role
    private let handshakeTimeout: TimeAmount
    private let promise: EventLoopPromise<Handshake>
    var state = TLSState()
    /// The engine and its queues; nil before they are needed, and when OpenSSL could not make them.
    var connection: TLSConnection?
    /// The timer for the handshake's time limit, or for the time to linger.
    var timer: Scheduled<Void>?
    /// Completes when the channel is closed.
    var closePromise: EventLoopPromise<Void>?

    /// - Parameters:
    ///   - eventLoop: the event loop of the channel to which the handler will be added.
    ///   - handshakeTimeout: the time limit of the handshake, from the moment at which the channel is active.
    ///   - failure: keeps the first failure; it may be shared with the connection's owner.
    package init(
        context: TLSContext, role: Role, on eventLoop: any EventLoop, handshakeTimeout: TimeAmount = .seconds(10),
        failure: TLSFailure = TLSFailure()
    ) {
        self.context = context
        self.role = role
        self.handshakeTimeout = handshakeTimeout
        self.failure = failure
        promise = eventLoop.makePromise()
        handshake = promise.futureResult
    }

    deinit { promise.fail(Self.closedEarly()) }

    package func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { begin(context) }
    }

    package func channelActive(context: ChannelHandlerContext) {
        begin(context)
        context.fireChannelActive()
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        switch state.received(bytes: bytes.readableBytes) {
        case .decrypt: perform(context) { connection throws(OpenSSLError) in try connection.receive(bytes) }
        case .discard: break
        case .finish: finish(context)
        }
    }

    package func channelReadComplete(context: ChannelHandlerContext) {
        completeDelivery(context)
        readMore(context)
    }

    package func read(context: ChannelHandlerContext) {
        state.readRequested()
        if deliverHeld(context) {
            completeDelivery(context)
            let autoRead = try? context.channel.syncOptions?.getOption(.autoRead)
            guard state.readAnswered(autoRead: autoRead == true) else { return }
        }
        context.read()
    }

    package func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable, state.becameWritable() { context.read() }
        context.fireChannelWritabilityChanged()
    }

    package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch state.write() {
        case .encrypt:
            if connection == nil { makeConnection(context) }
            connection?.enqueue(unwrapOutboundIn(data), promise)
            if connection == nil { promise?.fail(failure.error ?? Self.closedEarly()) }
        case .failOutputClosed: promise?.fail(ChannelError.outputClosed)
        case .fail: promise?.fail(failure.error ?? ChannelError.ioOnClosedChannel)
        }
    }

    package func flush(context: ChannelHandlerContext) {
        perform(context) { connection throws(OpenSSLError) in try connection.flush() }
        context.flush()
    }

    static func closedEarly(_ cause: (any Error)? = nil) -> OpenSSLError {
        OpenSSLError(.closed, "the connection was closed during the TLS handshake", reasons: cause.map { ["\($0)"] } ?? [])
    }
}

// MARK: - Steps

extension TLSHandler {
    private func makeConnection(_ context: ChannelHandlerContext) {
        do throws(OpenSSLError) {
            let engine = try TLSEngine(context: self.context, role: role)
            connection = TLSConnection(engine: engine, allocator: context.channel.allocator)
        } catch {
            failure.keep(error)
        }
    }

    private func begin(_ context: ChannelHandlerContext) {
        guard state.activated() else { return }
        if connection == nil { makeConnection(context) }
        guard connection != nil else { return fail(failure.error ?? Self.closedEarly(), context) }
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: handshakeTimeout) { [weak self] in
            guard let self, self.state.isHandshaking else { return }
            let seconds = self.handshakeTimeout.nanoseconds / 1_000_000_000
            self.fail(OpenSSLError(.timedOut, "the TLS handshake did not end within \(seconds) s"), context)
        }
        perform(context) { connection throws(OpenSSLError) in try connection.start() }
        readMore(context)
    }

    /// Runs a step of the engine, then performs the actions that follow from it. The step is completed before the pipeline is
    /// called, because each call of the pipeline may re-enter the handler.
    private func perform(
        _ context: ChannelHandlerContext, _ crypto: (inout TLSConnection) throws(OpenSSLError) -> Void
    ) {
        guard state.usesEngine, connection != nil else { return }
        var caught: OpenSSLError?
        if var taken = connection.take() {
            do throws(OpenSSLError) { try crypto(&taken) } catch { caught = error }
            connection = taken
        }
        send(context)
        if connection?.isEstablished == true, state.established() { complete(context) }
        if state.mayDeliver { deliverHeld(context) }
        if let caught { return fail(caught, context) }
        if connection?.peerClosed == true { endInput(context) }
    }

    /// Writes the ciphertext of the engine to the channel.
    func send(_ context: ChannelHandlerContext) {
        guard connection?.ciphertext.isEmpty == false else { return }
        while let chunk = connection?.nextCiphertext() {
            context.write(wrapOutboundOut(chunk.bytes), promise: chunk.promise)
        }
        context.flush()
    }

    /// Reports that the handshake has succeeded.
    private func complete(_ context: ChannelHandlerContext) {
        guard let engine = connection?.engine else { return }
        timer?.cancel()
        let agreed = Handshake(
            alpn: engine.alpn, peerCommonName: engine.peerCommonName, version: engine.version, serverName: engine.serverName)
        context.fireUserInboundEventTriggered(TLSUserEvent.handshakeCompleted(negotiatedProtocol: agreed.alpn))
        promise.succeed(agreed)
    }

    func completeDelivery(_ context: ChannelHandlerContext) {
        if state.completeDelivery() { context.fireChannelReadComplete() }
    }

    /// Delivers the held plaintext, and after it the end of the peer's data. Returns true if there was either.
    @discardableResult
    func deliverHeld(_ context: ChannelHandlerContext) -> Bool {
        var delivered = false
        if let bytes = connection?.plaintext, state.deliverPlaintext() {
            connection?.plaintext = nil
            delivered = true
            context.fireChannelRead(wrapInboundOut(bytes))
        }
        if state.deliverEnd() {
            delivered = true
            deliverEnd(context)
        }
        return delivered
    }

    /// Reads from the channel if nobody else will do so.
    func readMore(_ context: ChannelHandlerContext) {
        if state.readCompleted(isWritable: context.channel.isWritable) { context.read() }
    }

    /// Fails the handshake if it is still in progress, keeps and fires the error, and closes once the alert has been sent.
    func fail(_ error: OpenSSLError, _ context: ChannelHandlerContext) {
        settle(error)
        linger(context, promise: nil)
        context.fireErrorCaught(error)
    }

    func settle(_ error: OpenSSLError) {
        failure.keep(error)
        timer?.cancel()
        promise.fail(error)
        abandonWrites(error)
    }

    func abandonWrites(_ error: any Error) {
        for promise in connection?.abandon() ?? [] { promise.fail(error) }
    }
}
