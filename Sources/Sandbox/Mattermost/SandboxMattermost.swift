package import ActionCrypto
import Hummingbird
import HummingbirdCore
package import Logging
import NIOCore
import ServiceLifecycle
import Synchronization
package import TriggerSigning

/// A Mattermost server for the demo and the tests, on plain HTTP at 127.0.0.1. It answers like the 5.37 server whose answers
/// were recorded.
package final class SandboxMattermost: Service {
    package struct Configuration: Sendable {
        /// The port; zero for a free one, which is kept after a restart.
        package var port = 0
        /// Decides which certificates of integrations are accepted; nil to allow plain HTTP only.
        package var callbackTLS: TLSContext?
        /// The Teleport whose requests the page shows and makes; nil to leave that part of the page empty.
        package var teleport: SandboxAuth?
        /// The number of nodes behind the load balancer, which share one database. Each remembers its own `pending_post_id`s.
        package var nodes = 1
        package var spread = ChatNodes.Spread.calls
        /// The time by which the replica, which answers reads, lags behind the database.
        package var replicaLag: Duration = .zero

        package init(
            port: Int = 0, callbackTLS: TLSContext? = nil, teleport: SandboxAuth? = nil, nodes: Int = 1,
            spread: ChatNodes.Spread = .calls, replicaLag: Duration? = nil
        ) {
            (self.nodes, self.spread) = (nodes, spread)
            self.replicaLag = replicaLag ?? (nodes > 1 ? .seconds(1) : .zero)
            self.port = port
            self.callbackTLS = callbackTLS
            self.teleport = teleport
        }
    }

    /// The accounts, channels and posts, which are kept over a restart.
    package let world: ChatWorld
    package let faults = MattermostFaults()
    package let clicker: Clicker
    package let signer: TriggerSigner

    private let configuration: Configuration
    private let logger: Logger
    private let connections = OpenConnections()
    let nodes: ChatNodes
    private let power = PowerSwitch()

    package init(
        _ configuration: Configuration = Configuration(), world: ChatWorld = ChatWorld(.demo()),
        logger: Logger = Logger(label: "sandbox-mattermost")
    ) throws(SandboxError) {
        self.configuration = configuration
        self.world = world
        self.logger = logger
        nodes = ChatNodes(count: configuration.nodes, spread: configuration.spread)
        do { signer = try TriggerSigner() } catch { throw SandboxError("cannot make a key that signs clicks: \(error)") }
        clicker = Clicker(world: world, signer: signer, client: CallbackClient(tls: configuration.callbackTLS), logger: logger)
        if configuration.replicaLag > .zero { replicaLag = configuration.replicaLag }
    }

    /// Serves until the task is cancelled or a graceful shutdown begins, except between ``stop()`` and ``start()``.
    package func run() async throws {
        try await cancelWhenGracefulShutdown { [self] in
            for await _ in power.starts {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await self.serve() }
                    group.addTask { await self.power.waitForStop() }
                    defer { connections.closeAll() }
                    defer { group.cancelAll() }
                    do { try await group.next() } catch is CancellationError {} catch {
                        let failure = SandboxError.cannotListen(
                            "Mattermost", "127.0.0.1", configuration.port,
                            choice: "--mattermost-port, or with PAGE_PORT for `make demo`", error)
                        power.failed(failure.message)
                        throw failure
                    }
                }
                power.isDown()
                await power.startAfterPause()
            }
        }
    }

    /// The server's port. Waits until the server answers.
    package var port: Int { get async throws { try await power.port() } }

    /// The server's URL, such as `http://127.0.0.1:8065`. Waits until the server answers.
    package var url: String { get async throws { "http://127.0.0.1:\(try await port)" } }

    /// Closes all connections and refuses new ones. Returns when the port is closed.
    package func stop() async {
        power.stop()
        await waitUntilDown()
    }

    /// Starts the server again on the same port. Returns when it listens.
    package func start() async throws {
        power.start()
        _ = try await port
    }

    package func restart() async throws {
        await stop()
        try await start()
    }

    /// Waits until the port is closed, regardless of who stopped the server.
    package func waitUntilDown() async { await power.waitUntilDown() }

    /// Begins a restart without waiting for it, so that the call which asked for it can still be answered.
    func restart(afterPause pause: Duration) { power.stop(thenStartAfter: pause) }

    /// Runs a server for the time of `body`.
    package static func withRunning<Result: Sendable>(
        _ configuration: Configuration = Configuration(), world: ChatWorld = ChatWorld(.demo()),
        body: (SandboxMattermost) async throws -> Result
    ) async throws -> Result {
        let server = try SandboxMattermost(configuration, world: world)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            defer { group.cancelAll() }
            _ = try await server.port
            return try await body(server)
        }
    }

    private func serve() async throws {
        let router = Router(context: ChatContext.self)
        router.add(middleware: ChatMiddleware(world: world, faults: faults, connections: connections, nodes: nodes))
        let api = router.group("api/v4")
        UserRoutes(world: world).add(to: api)
        ChannelRoutes(world: world).add(to: api)
        PostRoutes(world: world, clicker: clicker).add(to: api)
        DialogRoutes(world: world, clicker: clicker).add(to: api)
        SystemRoutes(signer: signer, world: world).add(to: api)
        let servers = SandboxServers(world: world, clicker: clicker, teleport: configuration.teleport)
        PageRoutes(servers: servers).add(to: router)
        ControlRoutes(servers: servers, mattermost: self).add(to: router.group("sandbox").add(middleware: LocalCallsOnly()))
        let port = power.lastPort ?? configuration.port
        let application = Application(
            router: router, server: HTTPServerBuilder { HeldHTTP1(base: HTTP1Channel(responder: $0)) },
            configuration: .init(address: .hostname("127.0.0.1", port: port)),
            onServerRunning: { [power] channel in power.isUp(port: channel.localAddress?.port ?? 0) }, logger: quiet)
        try await application.run()
    }

    /// A logger that drops everything. Hummingbird's log lines do not help a user of the sandbox.
    private var quiet: Logger {
        var logger = logger
        logger.logLevel = .error
        return logger
    }
}
