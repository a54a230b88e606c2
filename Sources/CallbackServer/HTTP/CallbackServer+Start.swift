import Access
import ActionCrypto
import Glibc
import Logging
import NIOCore
import NIOHTTP1
import NIOOpenSSL
import NIOPosix

/// The error when the listener could not bind its address. The words name the setting.
package struct ListenError: OperatorError {
    /// The cause of the failure, as far as callers distinguish it.
    package enum Code: Sendable {
        /// Another process listens at the address (`EADDRINUSE`).
        case addressInUse
        /// The address does not belong to this machine (`EADDRNOTAVAIL`).
        case foreignAddress
        /// This user may not listen on the port (`EACCES`), usually because it is below 1024.
        case forbidden
        /// The host has no address.
        case unresolved
        /// The system refuses the address for another reason.
        case refused
    }

    package let code: Code
    package let address: ListenAddress
    /// The setting of the address, such as `[http] listen_addr`.
    package let setting: String
    package let cause: any Error

    package var words: String { "cannot listen on \(setting) \"\(address)\": \(reason)." }

    package var mend: String? {
        switch code {
        case .addressInUse:
            "Stop that process, which `ss -ltnp sport = :\(address.port)` names, or set listen_addr to another port."
        case .foreignAddress: "Set listen_addr to an address of this machine, or to \":\(address.port)\" for all of them."
        case .forbidden: "Set listen_addr to a port from 1024 on, or give the plugin the capability CAP_NET_BIND_SERVICE."
        case .unresolved: "Set listen_addr to an address of this machine, or mend the name."
        case .refused: "Set listen_addr to a free port and an address of this machine."
        }
    }

    private var reason: String {
        switch code {
        case .addressInUse: "another process listens on this port, perhaps another instance of the plugin"
        case .foreignAddress: "the address is none of this machine's"
        case .forbidden: "this user (uid \(geteuid())) may not listen on this port"
        case .unresolved: "the host has no address"
        case .refused: (cause as? IOError).map { String(cString: strerror($0.errnoCode)) } ?? "\(cause)"
        }
    }

    init(_ address: ListenAddress, setting: String, _ cause: any Error) {
        code = Self.code(of: cause)
        self.address = address
        self.setting = setting
        self.cause = cause
    }

    private static func code(of cause: any Error) -> Code {
        if cause is SocketAddressError.UnknownHost { return .unresolved }
        return switch (cause as? IOError)?.errnoCode {
        case EADDRINUSE: .addressInUse
        case EADDRNOTAVAIL: .foreignAddress
        case EACCES: .forbidden
        default: .refused
        }
    }
}

extension CallbackServer {
    /// Binds the address and begins to accept connections.
    func start(_ queue: ClickQueue, _ trim: MemoryTrim) async throws(ListenError) -> RunningListener {
        let address = configuration.address
        let running: RunningListener
        do {
            running = try await bind(queue, trim)
        } catch {
            throw ListenError(address, setting: configuration.setting, error)
        }
        if let local = running.channel.localAddress { bound(local) }
        if pages == nil {
            logger.debug("Starting \(configuration.tls == nil ? "insecure HTTP" : "secure HTTPS") server on \(address)")
        }
        return running
    }

    private func bind(_ queue: ClickQueue, _ trim: MemoryTrim) async throws -> RunningListener {
        if let socket = configuration.boundSocket {
            return try await listen(queue, trim, dualStack: false) { $0.withBoundSocket(socket) }
        }
        guard let host = configuration.address.host else {
            do {
                return try await bind("::", queue, trim)
            } catch let error as IOError where error.errnoCode == EAFNOSUPPORT || error.errnoCode == EADDRNOTAVAIL {
                // The kernel has no IPv6, so only IPv4 is served.
                return try await bind("0.0.0.0", queue, trim)
            }
        }
        return try await bind(host, queue, trim)
    }

    private func bind(_ host: String, _ queue: ClickQueue, _ trim: MemoryTrim) async throws -> RunningListener {
        let address = try SocketAddress.makeAddressResolvingHost(host, port: configuration.address.port)
        return try await listen(queue, trim, dualStack: host == "::") { $0.bind(to: address) }
    }

    private func listen(
        _ queue: ClickQueue, _ trim: MemoryTrim, dualStack: Bool,
        _ open: @escaping @Sendable (ServerBootstrap) -> EventLoopFuture<any Channel>
    ) async throws -> RunningListener {
        try await eventLoop.flatSubmit {
            let listener = NIOLoopBound(
                Listener(self, queue: queue, trim: trim, on: eventLoop), eventLoop: eventLoop)
            return open(bootstrap(listener, dualStack: dualStack))
                .map { RunningListener(channel: $0, listener: listener, queue: queue) }
        }.get()
    }

    private func bootstrap(_ listener: NIOLoopBound<Listener>, dualStack: Bool) -> ServerBootstrap {
        let bootstrap = ServerBootstrap(group: eventLoop)
            .serverChannelOption(.backlog, value: 4096)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelOption(
                .recvAllocator, value: AdaptiveRecvByteBufferAllocator(minimum: 1024, initial: 2048, maximum: 16384)
            )
            .childChannelInitializer { channel in
                guard configuration.isForOwnUser else {
                    return channel.eventLoop.makeCompletedFuture { try configure(channel, listener.value) }
                }
                return PeerCredential.of(channel).flatMapThrowing { peer in
                    guard peer.isOwn else { throw ChannelError.operationUnsupported }
                    try configure(channel, listener.value)
                }
            }
        guard dualStack else { return bootstrap }
        return bootstrap.serverChannelOption(
            ChannelOptions.Types.SocketOption(level: .ipv6, name: .ipv6_v6only), value: 0)
    }

    /// Builds the pipeline of an accepted connection. The back-pressure handler is nearest to the socket, so that nothing is
    /// read from a client that does not read, not even TLS records.
    private func configure(_ channel: any Channel, _ listener: Listener) throws {
        guard listener.table.isAccepting else { throw ChannelError.ioOnClosedChannel }
        let connection = ConnectionHandler(listener: listener)
        let headLimit = listener.limits.headBytes
        let decoder = RequestDecoder(headLimit: headLimit) { connection.bytesArrived($0) }
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(BackPressureHandler())
        if let tls = listener.tls {
            let timeout = TimeAmount(listener.limits.handshake)
            try pipeline.addHandler(
                TLSHandler(context: tls.current, role: .server, on: channel.eventLoop, handshakeTimeout: timeout))
        }
        try pipeline.addHandler(ByteToMessageHandler(decoder, maximumBufferSize: headLimit * 2))
        try pipeline.addHandler(connection)
    }
}
