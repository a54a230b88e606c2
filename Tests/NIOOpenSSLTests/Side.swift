import ActionCrypto
import NIOCore
import NIOEmbedded
import NIOTLS
import TestSupport

@testable import NIOOpenSSL

/// One side of a TLS connection in memory: a ``Wire`` in place of the socket, the handler under test, and a ``Collector``.
final class Side {
    let channel: EmbeddedChannel
    let wire = Wire()
    let tls: TLSHandler
    let app = Collector()
    var outcome: Result<TLSHandler.Handshake, any Error>?
    var loop: EmbeddedEventLoop { channel.embeddedEventLoop }
    var error: OpenSSLError? { if case .failure(let error)? = outcome { error as? OpenSSLError } else { nil } }
    var agreed: TLSHandler.Handshake? { try? outcome?.get() }

    init(_ context: TLSContext, _ role: TLSHandler.Role, handshakeTimeout: TimeAmount = .seconds(10)) throws {
        let channel = EmbeddedChannel()
        self.channel = channel
        tls = TLSHandler(context: context, role: role, on: channel.eventLoop, handshakeTimeout: handshakeTimeout)
        try channel.pipeline.syncOperations.addHandlers([wire, tls, app])
        tls.handshake.assumeIsolated().whenComplete { [weak self] in self?.outcome = $0 }
    }

    static func server(
        _ identity: TLSIdentity? = nil, alpn: [String] = [], handshakeTimeout: TimeAmount = .seconds(10)
    ) throws -> Side {
        let certificates = try Certificates.shared()
        let context = try TLSContext.server(
            identity: identity ?? certificates.teleportServer, alpn: alpn, clientTrust: certificates.teleportCA)
        return try Side(context, .server, handshakeTimeout: handshakeTimeout)
    }

    static func client(
        _ identity: TLSIdentity? = nil, alpn: [String] = [], name: String = Certificates.authServerName,
        trust: [UInt8]? = nil
    ) throws -> Side {
        let context = try TLSContext.client(
            identity: identity, alpn: alpn, trust: .certificates(trust ?? Certificates.shared().teleportCA))
        return try Side(context, .client(serverName: name))
    }

    func activate() throws {
        try channel.connect(to: SocketAddress(unixDomainSocketPath: "/nowhere")).wait()
    }

    /// The bytes that this side sent since the last call.
    func output() throws -> [UInt8] {
        var bytes: [UInt8] = []
        while let buffer = try channel.readOutbound(as: ByteBuffer.self) {
            wire.largest = max(wire.largest, buffer.readableBytes)
            bytes += buffer.readableBytesView
        }
        return bytes
    }

    /// Delivers ciphertext. Errors that the pipeline throws are in `app.errors`.
    func receive(_ bytes: some Sequence<UInt8>) { _ = try? channel.writeInbound(ByteBuffer(bytes: bytes)) }

    func send(_ bytes: [UInt8], flush: Bool = true) -> EventLoopFuture<Void> {
        let promise = channel.eventLoop.makePromise(of: Void.self)
        channel.pipeline.write(ByteBuffer(bytes: bytes), promise: promise)
        if flush { channel.pipeline.flush() }
        return promise.futureResult
    }

    /// Closes the channel, and lets the time to linger pass.
    func end() {
        channel.close(promise: nil)
        loop.advanceTime(by: .seconds(1))
        _ = try? channel.finish(acceptAlreadyClosed: true)
    }
}

/// The two sides of a connection.
struct Pair {
    let client: Side
    let server: Side

    init(client: Side, server: Side) throws {
        (self.client, self.server) = (client, server)
        try server.activate()
        try client.activate()
    }

    /// Carries bytes in both directions until neither side has any.
    func carry(chunk: Int = .max) throws {
        while try pass(client, server, chunk) || pass(server, client, chunk) {}
    }

    private func pass(_ from: Side, _ to: Side, _ chunk: Int) throws -> Bool {
        var rest = try from.output()[...]
        guard !rest.isEmpty else { return false }
        while !rest.isEmpty {
            to.receive(rest.prefix(chunk))
            rest = rest.dropFirst(chunk)
        }
        return true
    }

    static func connected(clientIdentity: TLSIdentity? = nil, alpn: [String] = []) throws -> Pair {
        let pair = try Pair(client: .client(clientIdentity, alpn: alpn), server: .server(alpn: alpn))
        try pair.carry()
        return pair
    }

    func end() {
        client.end()
        server.end()
    }
}

/// Stands in place of the socket. Counts reads and closes, and keeps half-closes from the embedded channel, which would close
/// altogether.
final class Wire: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    var reads = 0
    var halfCloses = 0
    var closes = 0
    var largest = 0
    /// Whether reads stay pending, as on an idle socket. An embedded channel completes each at once.
    var isIdle = false

    func read(context: ChannelHandlerContext) {
        reads += 1
        if !isIdle { context.read() }
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if case .output = mode {
            halfCloses += 1
            promise?.succeed(())
        } else {
            closes += 1
            context.close(mode: mode, promise: promise)
        }
    }
}

/// The last handler of the pipeline. Keeps what arrives.
final class Collector: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    var bytes: [UInt8] = []
    var errors: [any Error] = []
    var handshakes: [String?] = []
    var ends = 0
    var readCompletes = 0
    var onRead: ((ChannelHandlerContext) -> Void)?

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        bytes += unwrapInboundIn(data).readableBytesView
        onRead?(context)
    }

    func channelReadComplete(context: ChannelHandlerContext) { readCompletes += 1 }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { errors.append(error) }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted(let name)? = event as? TLSUserEvent { handshakes.append(name) }
        if case .inputClosed? = event as? ChannelEvent { ends += 1 }
    }
}
