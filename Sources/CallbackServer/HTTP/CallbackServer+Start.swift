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
        /// The address does not belong to this machine, or the system refuses it for another reason.
        case refused
    }

    package let code: Code
    package let address: ListenAddress
    package let cause: any Error

    package var words: String { "cannot listen on http.listen_addr \"\(address)\": \(cause)" }
    package var mend: String? { "Choose a free port and an address of this machine." }
    package var message: String {
        "cannot listen on http.listen_addr \"\(address)\"; choose a free port and an address of this machine: \(cause)"
    }

    package var description: String { message }

    init(_ address: ListenAddress, _ cause: any Error) {
        code = (cause as? IOError)?.errnoCode == EADDRINUSE ? .addressInUse : .refused
        self.address = address
        self.cause = cause
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
            throw ListenError(address, error)
        }
        if let local = running.channel.localAddress { bound(local) }
        logger.debug("Starting \(configuration.tls == nil ? "insecure HTTP" : "secure HTTPS") server on \(address)")
        return running
    }

    private func bind(_ queue: ClickQueue, _ trim: MemoryTrim) async throws -> RunningListener {
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
        return try await eventLoop.flatSubmit {
            let listener = NIOLoopBound(
                Listener(self, queue: queue, trim: trim, on: eventLoop), eventLoop: eventLoop)
            return bootstrap(listener, dualStack: host == "::").bind(to: address)
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
                channel.eventLoop.makeCompletedFuture { try configure(channel, listener.value) }
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
