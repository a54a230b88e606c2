import Access
import ActionCrypto
import NIOCore
import NIOOpenSSL
import NIOPosix
import Synchronization

/// Opens a TCP connection to the auth service and does the TLS handshake on it.
struct Dialer: Sendable {
    /// The name that the certificate of every auth server contains, whatever host was dialled.
    static let serverName = "teleport.cluster.local"

    let address: AuthAddress
    let context: TLSContext
    let configuration: TeleportConfiguration
    let group: any EventLoopGroup
    /// The TLS context for the outer connection to the load balancer in front of a proxy; nil if the connection is not
    /// upgraded.
    var outer: TLSContext?

    /// A channel whose TLS handshake is done. Its ``PingHandler`` holds back the server's bytes until it is opened.
    struct Dialled: Sendable {
        var channel: any Channel
        var handler: NIOLoopBound<PingHandler>
        var trace: FailureTrace
        var tlsFailure: TLSFailure
    }

    /// Connects and waits for the handshake. If it fails or the task is cancelled, the channel is closed.
    func dial() async throws -> Dialled {
        let attempts = Attempts()
        let channel = try await connect(attempts)
        do {
            guard let attempt = attempts.made(for: channel) else { throw ChannelError.inappropriateOperationForState }
            let handshake = try await withTaskCancellationHandler {
                try await attempt.handshake.get()
            } onCancel: {
                channel.close(promise: nil)
            }
            guard handshake.alpn == "h2" else { throw Self.noHTTP2(address) }
            try Task.checkCancellation()
            return attempt.dialled
        } catch {
            channel.close(promise: nil)
            throw error
        }
    }

    /// Opens the TCP connection. When the task is cancelled it throws at once, and a connection that is made later is closed.
    private func connect(_ attempts: Attempts) async throws -> any Channel {
        let promise = group.any().makePromise(of: (any Channel).self)
        let isAbandoned = Mutex(false)
        return try await withTaskCancellationHandler {
            let target = proxy.map { ($0.host, $0.port) } ?? (address.host, address.port)
            bootstrap(attempts).connect(host: target.0, port: target.1).whenComplete { result in
                if case .success(let channel) = result, isAbandoned.withLock({ $0 }) { channel.close(promise: nil) }
                promise.completeWith(result.mapError { explained($0) })
            }
            return try await promise.futureResult.get()
        } onCancel: {
            isAbandoned.withLock { $0 = true }
            promise.fail(CancellationError())
        }
    }

    private func bootstrap(_ attempts: Attempts) -> ClientBootstrap {
        let loop = group.any()
        return ClientBootstrap(group: loop)
            .resolver(HostResolver(on: loop))
            .connectTimeout(TimeAmount(configuration.connectTimeout))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let tls = TLSHandler(
                        context: context, role: .client(serverName: Self.serverName), on: channel.eventLoop,
                        handshakeTimeout: TimeAmount(configuration.handshakeTimeout))
                    let handler = PingHandler(trace: FailureTrace())
                    let add = { try addHandlers(tls, handler, to: channel) }
                    let handshake =
                        try proxy.map { try ProxyTunnel.open($0, to: address, configuration, on: channel, then: add) } ?? add()
                    attempts.add(tls, handler, handshake, on: channel)
                }
            }
    }

    private func addHandlers(
        _ tls: TLSHandler, _ handler: PingHandler, to channel: any Channel
    ) throws -> EventLoopFuture<TLSHandler.Handshake> {
        if let outer { return try upgrade(channel, outer, tls, handler) }
        try channel.pipeline.syncOperations.addHandlers([tls, handler])
        return tls.handshake
    }

    private var proxy: HTTPProxy? { configuration.proxy }

    /// Turns the failure of a connection to the proxy into an error that names the proxy.
    private func explained(_ error: any Error) -> any Error {
        guard let proxy else { return error }
        return switch error {
        case let error as NIOConnectionError:
            ConnectRequest.unreachable(proxy, TeleportError.reasons(of: error), cause: error)
        case ChannelError.connectTimeout: ConnectRequest.unreachable(proxy, "no answer in time", cause: error)
        default: error
        }
    }

    /// Adds the handlers for TLS with the load balancer and for the upgrade. After the upgrade it adds those for TLS with the
    /// auth service inside.
    private func upgrade(
        _ channel: any Channel, _ outer: TLSContext, _ tls: TLSHandler, _ handler: PingHandler
    ) throws -> EventLoopFuture<TLSHandler.Handshake> {
        let timeout = TimeAmount(configuration.handshakeTimeout)
        let outerTLS = TLSHandler(
            context: outer, role: .client(serverName: address.host), on: channel.eventLoop, handshakeTimeout: timeout)
        let upgrade = TunnelHandler(
            request: UpgradeRequest(host: address.description), on: channel.eventLoop,
            timeout: min(timeout, TimeAmount(configuration.callTimeout)))
        try channel.pipeline.syncOperations.addHandlers([outerTLS, upgrade])
        return outerTLS.handshake.assumeIsolated().flatMapErrorThrowing { error in
            throw UpgradeRequest.Refused.orOther(error)
        }.flatMap { _ in
            upgrade.begin()
            return upgrade.opened
        }.flatMapThrowing {
            try channel.pipeline.syncOperations.addHandlers([tls, handler])
        }.flatMap { tls.handshake }.nonisolated()
    }

    private static func noHTTP2(_ address: AuthAddress) -> TeleportError {
        TeleportError(
            .misconfigured, "\(address) speaks TLS but not HTTP/2",
            mend: "\(address.setting) must be the auth service, usually port 3025, or a proxy")
    }
}

/// The channels of one connection attempt with their handlers. NIO makes a channel for each address of the host that it tries.
///
/// They are kept here because the pipeline of a channel that has already closed has no handlers any more.
private final class Attempts: Sendable {
    struct Attempt: Sendable {
        var dialled: Dialer.Dialled
        var handshake: EventLoopFuture<TLSHandler.Handshake>
    }

    private let attempts = Mutex<[Attempt]>([])

    /// Adds a channel. It must be called on the channel's event loop.
    func add(
        _ tls: TLSHandler, _ handler: PingHandler, _ handshake: EventLoopFuture<TLSHandler.Handshake>, on channel: any Channel
    ) {
        let dialled = Dialer.Dialled(
            channel: channel, handler: NIOLoopBound(handler, eventLoop: channel.eventLoop), trace: handler.trace,
            tlsFailure: tls.failure)
        let attempt = Attempt(dialled: dialled, handshake: handshake)
        attempts.withLock { $0.append(attempt) }
    }

    func made(for channel: any Channel) -> Attempt? {
        attempts.withLock { $0.first { $0.dialled.channel === channel } }
    }
}
