package import ActionCrypto
import GRPCCore
import GRPCNIOTransportHTTP2TransportServices
import NIOCore
import ServiceLifecycle

/// Teleport's auth service for the demo and the tests. It serves gRPC over mutual TLS, and behaves as a real 7.3.2 server was
/// observed to do.
package final class SandboxAuth: Service {
    package struct Configuration: Sendable {
        package var host = "127.0.0.1"
        /// The port; zero for a free one, which is kept after a restart.
        package var port = 0
        package var identity: TLSIdentity
        /// The CA certificates, in PEM, of accepted clients. The common name in a client's certificate is the user.
        package var clientCA: [UInt8]
        package var clusterName = "sandbox.example"
        /// The address of the proxy's web UI, as Ping reports it.
        package var proxyAddress = ""
        /// Whether Ping reports the feature `AdvancedAccessWorkflows`, as Enterprise clusters do.
        package var advancedAccessWorkflows = false
        package var version = "7.3.2"
        /// The largest number of requests in a page of a list.
        package var pageLimit = 1000
        /// The permissions at the start, by user. A user without an entry has none.
        package var permissions: [String: Set<AuthPermission>] = ["access-plugin-mattermost": AuthPermission.plugin]
        /// Users who may review, as on an enterprise server. Empty on the open-source server.
        package var reviewers: Set<String> = []
        /// The users for whom each user may submit reviews: the names in `submit_for_users`, or `*` for all. Empty on an older
        /// server, which knows no reviews on behalf of others and accepts only the caller as the author.
        package var submitsForUsers: [String: Set<String>] = [:]
        /// The users that are stored; nil for all. A real server stores users of single sign-on only while they are logged in.
        package var storedUsers: Set<String>?
        /// Whether administrative actions need MFA, which no caller in the sandbox has.
        package var requiresAdminMFA = false
        /// The host names of all nodes, by id. From version 9 on, users who may list and read `node` can list them.
        package var nodes: [String: String] = [:]
        /// Whether the plugin's role may preview a role that lists all nodes, so that it needs no rule on them of its own.
        package var previewsNodes = false
        /// The labels of nodes, by id.
        package var nodeLabels: [String: [String: String]] = [:]
        /// The labels of all applications, by name.
        package var applications: [String: [String: String]] = [:]
        /// The traits that users have since their last login, by user. A user without an entry has not logged in.
        package var loginTraits: [String: [String: [String]]] = [:]
        /// The traits that are stored with users, by user. A user without an entry is not stored.
        package var userTraits: [String: [String: [String]]] = [:]
        /// The logins that roles allow, by role. Users who may read `role` can read them.
        package var roleLogins: [String: [String]] = [:]
        /// Whether the server knows the filter of users by traits, as only the newest do.
        package var filtersUsersByTrait = true
        /// Whether the server returns the owners of access lists with those of nested lists.
        package var tellsNestedOwners = true
        /// Whether plugins may store data with access lists.
        package var keepsListData = true
        /// The delay of events. Teleport's are up to about a second late.
        package var eventLag: Duration = .zero
        /// Whether an HTTP/2 PING is sent for each request's data, as grpc-go does to estimate the bandwidth.
        package var pingsWithRequests = true
        /// The shortest interval between a client's PINGs. A client that sends them more often is disconnected with
        /// `too_many_pings`.
        package var minPingInterval: Duration = .seconds(60)
        /// The largest number of events that may wait for a slow watcher, in addition to those that the connection buffers. A
        /// watcher with more loses its stream. Teleport's own queue holds 64, but Teleport also reads ahead, so bursts pass it.
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
        /// The address; nil unless the socket listens.
        var address: Address?
        /// The port of the first start, which later starts use too.
        var port: Int
    }

    package let faults: AuthFaults
    /// The users and the access lists of the cluster.
    package let directory = AuthDirectory()
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

    /// Serves until the task is cancelled or a graceful shutdown begins. Throws when it cannot listen.
    package func run() async throws {
        try await cancelWhenGracefulShutdown {
            do {
                while true {
                    try await self.power.first(where: \.wanted)
                    try await self.serveUntilOff()
                }
            } catch  where Task.isCancelled {
                // The server was asked to stop, so an error of gRPC's is not a failure.
            } catch let error as RuntimeError where error.cause is IOError {
                throw SandboxError.cannotListen(
                    "Teleport's auth service", self.configuration.host, self.power.value.port,
                    choice: "--auth-port, or with AUTH_PORT for `make demo`", error.cause ?? error)
            }
        }
    }

    /// The address that it listens on. Waits until it listens.
    package var address: Address {
        get async throws {
            while true {
                if let address = try await power.first(where: { $0.address != nil }).address { return address }
            }
        }
    }

    /// Stops listening and cuts all connections. New connections are refused. All state is kept.
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
            services: services,
            interceptors: [FaultInterceptor(faults: faults, connections: connections)])
        connections.reopen()
        try await withThrowingTaskGroup { group in
            // The sockets are closed first and abruptly, as when the process is killed.
            defer {
                connections.shut()
                group.cancelAll()
            }
            group.addTask { try await server.serve() }
            group.addTask { try await self.power.first { !$0.wanted } }
            group.addTask { try await self.sweepEverySecond() }
            // This handler is the innermost, so that it runs before the server's task is cancelled.
            try await withTaskCancellationHandler {
                try await group.next()
            } onCancel: {
                connections.shut()
            }
        }
    }

    /// The services that a server of this version has.
    private var services: [any RegistrableRPCService] {
        let calls = calls
        var services: [any RegistrableRPCService] = [calls, AuthRuleCalls(auth: calls), AuthLoginStateCalls(auth: calls)]
        if calls.majorVersion >= UsersCalls.firstVersion { services.append(UsersCalls(calls: calls, directory: directory)) }
        if calls.majorVersion >= AccessListCalls.firstVersion {
            services.append(AccessListCalls(calls: calls, directory: directory))
        }
        return services
    }

    private var calls: AuthCalls {
        AuthCalls(
            configuration: configuration, store: store, directory: directory,
            userOfPeer: { [connections] in connections.user(of: $0) },
            eventLag: { [faults] in faults.eventLag })
    }

    private func tlsContext() throws -> TLSContext {
        try TLSContext.server(identity: configuration.identity, alpn: ["h2"], clientTrust: configuration.clientCA)
    }

    private var transportConfiguration: HTTP2ServerTransport.Custom<AuthListener>.Config {
        var config = HTTP2ServerTransport.Custom<AuthListener>.Config.defaults
        config.connection.keepalive.clientBehavior.minPingIntervalWithoutCalls = configuration.minPingInterval
        config.connection.keepalive.clientBehavior.allowWithoutCalls = true
        // With delayed flushes the last GOAWAY would be lost when the connection is closed right after it.
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
