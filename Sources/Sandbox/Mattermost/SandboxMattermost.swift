package import ActionCrypto
import Hummingbird
import HummingbirdCore
package import Logging
import NIOCore
import ServiceLifecycle
import Synchronization

/// A Mattermost for the demo and the tests, on plain HTTP at 127.0.0.1: answers as the recorded 5.37 server did.
package final class SandboxMattermost: Service {
    package struct Configuration: Sendable {
        /// 0: any free port, the same one after a restart.
        package var port = 0
        /// Which certificates of an integration are believed; nil where only plain HTTP is called back.
        package var callbackTLS: TLSContext?
        /// Where the page shows Teleport's own view and makes requests; nil leaves that part of the page empty.
        package var teleport: SandboxAuth?
        /// How many nodes stand before the one database, behind a balancer. Each has its own memory of `pending_post_id`.
        package var nodes = 1
        package var spread = ChatNodes.Spread.calls
        /// How far the database's replica is behind, which reads are answered from.
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

    /// Accounts, channels and posts; kept over a restart.
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
        signer = try TriggerSigner()
        clicker = Clicker(world: world, signer: signer, client: CallbackClient(tls: configuration.callbackTLS), logger: logger)
        if configuration.replicaLag > .zero { replicaLag = configuration.replicaLag }
    }

    /// Serves until cancelled or shut down, with the breaks that ``stop()`` and ``start()`` make.
    package func run() async throws {
        try await cancelWhenGracefulShutdown { [self] in
            for await _ in power.starts {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await self.serve() }
                    group.addTask { await self.power.waitForStop() }
                    defer { connections.closeAll() }
                    defer { group.cancelAll() }
                    do { try await group.next() } catch is CancellationError {} catch {
                        let failure = SandboxError("Mattermost cannot listen on 127.0.0.1:\(configuration.port): \(error)")
                        power.failed(failure.message)
                        throw failure
                    }
                }
                power.isDown()
                await power.startAfterPause()
            }
        }
    }

    /// Waits until the server answers and gives its port.
    package var port: Int { get async throws { try await power.port() } }

    /// `http://127.0.0.1:PORT`
    package var url: String { get async throws { "http://127.0.0.1:\(try await port)" } }

    /// Ends every connection and refuses new ones; returns when the port is closed.
    package func stop() async {
        power.stop()
        await waitUntilDown()
    }

    /// Listens again on the same port; returns when it does.
    package func start() async throws {
        power.start()
        _ = try await port
    }

    package func restart() async throws {
        await stop()
        try await start()
    }

    /// Returns when the port is closed, by whomever the server was stopped.
    package func waitUntilDown() async { await power.waitUntilDown() }

    /// Asks for a restart without waiting for it, so that the call which asks can still be answered.
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
        let desk = SandboxDesk(world: world, clicker: clicker, teleport: configuration.teleport)
        PageRoutes(desk: desk).add(to: router)
        ControlRoutes(desk: desk, mattermost: self).add(to: router.group("sandbox").add(middleware: LocalCallsOnly()))
        let port = power.lastPort ?? configuration.port
        let application = Application(
            router: router, server: HTTPServerBuilder { HeldHTTP1(base: HTTP1Channel(responder: $0)) },
            configuration: .init(address: .hostname("127.0.0.1", port: port)),
            onServerRunning: { [power] channel in power.isUp(port: channel.localAddress?.port ?? 0) }, logger: quiet)
        try await application.run()
    }

    /// Hummingbird's own lines are of no use to who watches the sandbox.
    private var quiet: Logger {
        var logger = logger
        logger.logLevel = .error
        return logger
    }
}
