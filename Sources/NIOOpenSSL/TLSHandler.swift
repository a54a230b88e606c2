package import ActionCrypto
package import NIOCore
import NIOTLS

/// TLS for a NIO channel by the system's OpenSSL. First in the pipeline.
///
/// Reads from the channel on its own while the handshake goes on, also with `autoRead` off; after it only when asked.
/// Decrypted bytes that nobody has asked for are held, so that the rest of the pipeline can be built after the handshake.
package final class TLSHandler: ChannelDuplexHandler {
    package typealias InboundIn = ByteBuffer
    package typealias InboundOut = ByteBuffer
    package typealias OutboundIn = ByteBuffer
    package typealias OutboundOut = ByteBuffer
    package typealias Role = TLSEngine.Role

    /// What was agreed on.
    package struct Handshake: Hashable, Sendable {
        package var alpn: String?
        /// The subject's common name of the peer's verified certificate; nil without one.
        package var peerCommonName: String?
        /// Such as `TLSv1.3`.
        package var version: String
        /// What a client asked for by SNI.
        package var serverName: String?
    }

    enum Phase {
        case idle, handshaking, open
        /// Our close_notify or alert is out; waiting for the peer's end, at most ``lingerLimit`` and ``lingerBytes``.
        case lingering
        case closed
    }

    /// Succeeds with the handshake, or fails with the TLS error that really happened; also by the handler's own time limit.
    package let handshake: EventLoopFuture<Handshake>
    /// The first TLS failure of the connection, during the handshake or after it.
    package let failure: TLSFailure

    /// How long a closing connection waits for the peer's end.
    static let lingerLimit = TimeAmount.seconds(1)
    /// How much it may still send meanwhile, to be thrown away.
    static let lingerBytes = 256 * 1024

    private let context: TLSContext
    private let role: Role
    private let handshakeTimeout: TimeAmount
    private let promise: EventLoopPromise<Handshake>
    var phase = Phase.idle
    var connection: TLSConnection?
    var timer: Scheduled<Void>?
    var closePromise: EventLoopPromise<Void>?
    /// Bytes thrown away while lingering.
    var dropped = 0
    /// Somebody downstream asked for bytes and got none yet.
    var readWanted = false
    /// A read of our own waits for the channel to be writable.
    var readDeferred = false
    /// Our close_notify is out, the peer's not awaited.
    var outputClosed = false
    /// Plaintext was handed on since the last `channelReadComplete`.
    var deliveredPlaintext = false
    /// The peer's end, by close_notify or FIN, and whether it was handed on.
    var inputEnd = InputEnd.none

    enum InputEnd { case none, held, delivered }

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
        if phase == .lingering { drop(bytes, context) } else { receive(bytes, context) }
    }

    package func channelReadComplete(context: ChannelHandlerContext) {
        completeDelivery(context)
        readMore(context)
    }

    package func read(context: ChannelHandlerContext) {
        readWanted = true
        if deliverHeld(context) {
            completeDelivery(context)
            // Auto-read follows up on the channel's own reads alone.
            let autoRead = try? context.channel.syncOptions?.getOption(.autoRead)
            guard autoRead == true, phase != .closed else { return }
            readWanted = true
        }
        context.read()
    }

    package func channelWritabilityChanged(context: ChannelHandlerContext) {
        if readDeferred, context.channel.isWritable {
            readDeferred = false
            context.read()
        }
        context.fireChannelWritabilityChanged()
    }

    package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch phase {
        case .open where outputClosed: promise?.fail(ChannelError.outputClosed)
        case .idle, .handshaking, .open:
            if connection == nil { makeConnection(context) }
            connection?.enqueue(unwrapOutboundIn(data), promise)
            if connection == nil { promise?.fail(failure.error ?? Self.closedEarly()) }
        case .lingering, .closed:
            promise?.fail(failure.error ?? ChannelError.ioOnClosedChannel)
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
        guard phase == .idle else { return }
        phase = .handshaking
        if connection == nil { makeConnection(context) }
        guard connection != nil else { return fail(failure.error ?? Self.closedEarly(), context) }
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: handshakeTimeout) { [weak self] in
            guard let self, self.phase == .handshaking else { return }
            let seconds = self.handshakeTimeout.nanoseconds / 1_000_000_000
            self.fail(OpenSSLError(.timedOut, "the TLS handshake did not end within \(seconds) s"), context)
        }
        perform(context) { connection throws(OpenSSLError) in try connection.start() }
        readMore(context)
    }

    private func receive(_ bytes: ByteBuffer, _ context: ChannelHandlerContext) {
        guard phase == .handshaking || phase == .open else { return }
        perform(context) { connection throws(OpenSSLError) in try connection.receive(bytes) }
    }

    /// All crypto first, then the call-outs, each of which may re-enter.
    private func perform(
        _ context: ChannelHandlerContext, _ crypto: (inout TLSConnection) throws(OpenSSLError) -> Void
    ) {
        guard phase != .lingering, phase != .closed, connection != nil else { return }
        var caught: OpenSSLError?
        if var taken = connection.take() {
            do throws(OpenSSLError) { try crypto(&taken) } catch { caught = error }
            connection = taken
        }
        send(context)
        if phase == .handshaking, connection?.isEstablished == true { complete(context) }
        // What follows in the same burst belongs to the same read.
        if readWanted || deliveredPlaintext { deliverHeld(context) }
        if let caught { return fail(caught, context) }
        if connection?.peerClosed == true { endInput(context) }
    }

    /// Puts on the wire what was encrypted.
    func send(_ context: ChannelHandlerContext) {
        guard connection?.ciphertext.isEmpty == false else { return }
        while let chunk = connection?.nextCiphertext() {
            context.write(wrapOutboundOut(chunk.bytes), promise: chunk.promise)
        }
        context.flush()
    }

    private func complete(_ context: ChannelHandlerContext) {
        guard let engine = connection?.engine else { return }
        phase = .open
        timer?.cancel()
        let agreed = Handshake(
            alpn: engine.alpn, peerCommonName: engine.peerCommonName, version: engine.version, serverName: engine.serverName)
        context.fireUserInboundEventTriggered(TLSUserEvent.handshakeCompleted(negotiatedProtocol: agreed.alpn))
        promise.succeed(agreed)
    }

    func completeDelivery(_ context: ChannelHandlerContext) {
        guard deliveredPlaintext else { return }
        deliveredPlaintext = false
        context.fireChannelReadComplete()
    }

    /// Hands on what is held; true if there was anything.
    @discardableResult
    func deliverHeld(_ context: ChannelHandlerContext) -> Bool {
        guard phase == .open else { return false }
        var delivered = false
        if let bytes = connection?.plaintext {
            connection?.plaintext = nil
            // Before the call-out, which may ask for more.
            (deliveredPlaintext, readWanted) = (true, false)
            delivered = true
            context.fireChannelRead(wrapInboundOut(bytes))
        }
        if inputEnd == .held, phase == .open {
            delivered = true
            deliverEnd(context)
        }
        return delivered
    }

    /// During the handshake, or when a read gave no plaintext: nobody else would read again.
    func readMore(_ context: ChannelHandlerContext) {
        switch phase {
        case .handshaking, .lingering: context.read()
        case .open:
            guard readWanted, inputEnd == .none else { return }
            // Records that only cause answers must not be read faster than the answers go out.
            if context.channel.isWritable { context.read() } else { readDeferred = true }
        case .idle, .closed: break
        }
    }

    /// Settles the handshake if it is still open, keeps and fires the error, and closes once the alert is out.
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
