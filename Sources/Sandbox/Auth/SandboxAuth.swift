package import ActionCrypto
import GRPCCore
import GRPCNIOTransportHTTP2TransportServices
import ServiceLifecycle

/// Teleport's auth service for the demo and the tests: real gRPC over mutual TLS, behaving as 7.3.2 did where it was watched.
package final class SandboxAuth: Service {
    package struct Configuration: Sendable {
        package var host = "127.0.0.1"
        /// Zero takes a free one, which a restart keeps.
        package var port = 0
        package var identity: TLSIdentity
        /// The CA certificates, PEM, whose clients are believed. A certificate's common name is the user.
        package var clientCA: [UInt8]
        package var clusterName = "sandbox.example"
        /// As Ping tells it: where people reach the proxy's web UI.
        package var proxyAddress = ""
        package var version = "7.3.2"
        /// The most requests in a page of a list.
        package var pageLimit = 1000
        /// By user, as they are at the start. One without an entry may do nothing.
        package var permissions: [String: Set<AuthPermission>] = ["access-plugin-mattermost": AuthPermission.plugin]
        /// Users who may review, as on an enterprise server; nobody: the open-source server.
        package var reviewers: Set<String> = []
        /// Users who may submit reviews on behalf of reviewers, as on the newest servers.
        package var submitsForOthers: Set<String> = []
        /// Host names of the nodes there are, by id. Told to whoever may list and read `node`, from version 9 on.
        package var nodes: [String: String] = [:]
        /// Logins that roles allow, by role. Told to whoever may read `role`.
        package var roleLogins: [String: [String]] = [:]
        /// How late events are told; Teleport's are up to about a second late.
        package var eventLag: Duration = .zero
        /// Sends an HTTP/2 PING with each request's data, as grpc-go does to measure the bandwidth.
        package var pingsWithRequests = true
        /// Clients that ping oftener than this are sent away with `too_many_pings`.
        package var minPingInterval: Duration = .seconds(60)
        /// How many events may wait for a watcher that does not take them before its stream is ended, beside what the connection
        /// holds. Teleport's queue has 64 places; bursts come through that by its reading ahead.
        package var watchBuffer = 1024
        package var now: @Sendable () -> WallTime = { WallTime.now() }

        package init(identity: TLSIdentity, clientCA: [UInt8]) {
            self.identity = identity
            self.clientCA = clientCA
        }
    }

    package struct Address: Hashable, Sendable {
        package var host: String
        package var port: Int
    }

    struct Power: Sendable {
        var wanted = true
        /// Set while the socket listens.
        var address: Address?
        /// The port of the first start, for the next ones.
        var port: Int
    }

    package let faults: AuthFaults
    let configuration: Configuration
    let store: AuthStore
    let connections = AuthConnections()
    let power: Observed<Power>

    package init(_ configuration: Configuration) {
        self.configuration = configuration
        store = AuthStore(permissions: configuration.permissions, now: configuration.now)
        power = Observed(Power(port: configuration.port))
        faults = AuthFaults(eventLag: configuration.eventLag, connections: connections, store: store)
    }

    /// Serves until the task is cancelled or a graceful shutdown begins; throws what keeps it from listening.
    package func run() async throws {
        try await cancelWhenGracefulShutdown {
            do {
                while true {
                    try await self.power.first(where: \.wanted)
                    try await self.serveUntilOff()
                }
            } catch  where Task.isCancelled {
                // Asked to end: whatever gRPC says of it is no failure.
            }
        }
    }

    /// Where it listens; waits until it does.
    package var address: Address {
        get async throws {
            while true {
                if let address = try await power.first(where: { $0.address != nil }).address { return address }
            }
        }
    }

    /// Stops listening and drops every connection; connecting is refused afterwards. What is known stays.
    package func stop() async throws {
        power.update { $0.wanted = false }
        try await power.first { $0.address == nil }
    }

    /// Listens again, on the same port.
    package func start() async throws {
        power.update { $0.wanted = true }
        try await power.first { $0.address != nil }
    }

    package func restart() async throws {
        try await stop()
        try await start()
    }
}

extension SandboxAuth {
    private func serveUntilOff() async throws {
        let listener = AuthListener(
            host: configuration.host, port: power.value.port, tls: try tlsContext(), connections: connections,
            pingsWithRequests: configuration.pingsWithRequests
        ) { [power] address in
            power.update { ($0.address, $0.port) = (address, address.port) }
        }
        defer {
            connections.cutAll()
            store.endWatches(throwing: AuthFaults.streamClosed)
            power.update { $0.address = nil }
        }
        let server = GRPCServer(
            transport: HTTP2ServerTransport.Custom(listenerFactory: listener, config: transportConfiguration),
            services: [calls],
            interceptors: [FaultInterceptor(faults: faults, connections: connections)])
        connections.reopen()
        try await withThrowingTaskGroup { group in
            // First the sockets, without a farewell, as when the process is killed.
            defer {
                connections.shut()
                group.cancelAll()
            }
            group.addTask { try await server.serve() }
            group.addTask { try await self.power.first { !$0.wanted } }
            group.addTask { try await self.sweepEverySecond() }
            // Innermost, so that it runs before the server's task is cancelled.
            try await withTaskCancellationHandler {
                try await group.next()
            } onCancel: {
                connections.shut()
            }
        }
    }

    private var calls: AuthCalls {
        AuthCalls(
            configuration: configuration, store: store, userOfPeer: { [connections] in connections.user(of: $0) },
            eventLag: { [faults] in faults.eventLag })
    }

    private func tlsContext() throws -> TLSContext {
        try TLSContext.server(identity: configuration.identity, alpn: ["h2"], clientTrust: configuration.clientCA)
    }

    private var transportConfiguration: HTTP2ServerTransport.Custom<AuthListener>.Config {
        var config = HTTP2ServerTransport.Custom<AuthListener>.Config.defaults
        config.connection.keepalive.clientBehavior.minPingIntervalWithoutCalls = configuration.minPingInterval
        config.connection.keepalive.clientBehavior.allowWithoutCalls = true
        // A delayed flush loses the last GOAWAY to the close that follows it.
        config.connection.flushCoalescing = nil
        return config
    }

    private func sweepEverySecond() async throws {
        while true {
            try await Task.sleep(for: .seconds(1))
            store.sweep()
        }
    }
}
