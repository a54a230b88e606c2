import Access
import ActionCrypto
import NIOCore
import NIOOpenSSL
import NIOPosix
import Synchronization

/// Opens a TCP connection to the auth service and does the TLS handshake on it.
struct Dialer: Sendable {
    /// Every auth server's certificate has this name, whatever host was dialled.
    static let serverName = "teleport.cluster.local"

    let address: AuthAddress
    let context: TLSContext
    let configuration: TeleportConfiguration
    let group: any EventLoopGroup

    /// A channel after its handshake; ``PingHandler`` holds what the server sends until it is opened.
    struct Dialled: Sendable {
        var channel: any Channel
        var handler: NIOLoopBound<PingHandler>
        var trace: FailureTrace
        var tlsFailure: TLSFailure
    }

    func dial() async throws -> Dialled {
        let channel = try await connect()
        do {
            let (promised, dialled) = try await channel.eventLoop.submit { try Self.inspect(channel) }.get()
            let handshake = try await withTaskCancellationHandler {
                try await promised.get()
            } onCancel: {
                channel.close(promise: nil)
            }
            guard handshake.alpn == "h2" else { throw Self.noHTTP2(address) }
            try Task.checkCancellation()
            return dialled
        } catch {
            channel.close(promise: nil)
            throw error
        }
    }

    private static func inspect(_ channel: any Channel) throws -> (EventLoopFuture<TLSHandler.Handshake>, Dialled) {
        let operations = channel.pipeline.syncOperations
        let tls = try operations.handler(type: TLSHandler.self)
        let handler = try operations.handler(type: PingHandler.self)
        let dialled = Dialled(
            channel: channel, handler: NIOLoopBound(handler, eventLoop: channel.eventLoop), trace: handler.trace,
            tlsFailure: tls.failure)
        return (tls.handshake, dialled)
    }

    /// Gives up at once when cancelled; a connection that comes about afterwards is closed.
    private func connect() async throws -> any Channel {
        let promise = group.any().makePromise(of: (any Channel).self)
        let isAbandoned = Mutex(false)
        return try await withTaskCancellationHandler {
            bootstrap().connect(host: address.host, port: address.port).whenComplete { result in
                if case .success(let channel) = result, isAbandoned.withLock({ $0 }) { channel.close(promise: nil) }
                promise.completeWith(result)
            }
            return try await promise.futureResult.get()
        } onCancel: {
            isAbandoned.withLock { $0 = true }
            promise.fail(CancellationError())
        }
    }

    private func bootstrap() -> ClientBootstrap {
        let handshakeTimeout = TimeAmount(configuration.handshakeTimeout)
        let context = context
        return ClientBootstrap(group: group)
            .connectTimeout(TimeAmount(configuration.connectTimeout))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let tls = TLSHandler(
                        context: context, role: .client(serverName: Self.serverName), on: channel.eventLoop,
                        handshakeTimeout: handshakeTimeout)
                    try channel.pipeline.syncOperations.addHandlers([tls, PingHandler(trace: FailureTrace())])
                }
            }
    }

    private static func noHTTP2(_ address: AuthAddress) -> TeleportError {
        TeleportError(
            .misconfigured,
            "\(address) speaks TLS but not HTTP/2: auth_server must be the auth service itself, usually port 3025")
    }
}
