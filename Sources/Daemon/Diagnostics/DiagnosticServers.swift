import Access
import CallbackServer
import Glibc
import Logging
import Posts
import ServiceLifecycle
import Settings

extension Daemon {
    /// Returns the services of the private port and of the control socket, as far as the configuration wants them.
    func diagnostics(
        _ health: Health, _ posts: Live<PostsContext>, _ reconciler: Reconciler, _ rules: RuleKeeper?
    ) -> [any Service] {
        let make = DiagnosticPages(daemon: self, health: health, posts: posts, reconciler: reconciler, rules: rules).make
        var services: [any Service] = []
        if let address = settings.diagnostics.listen {
            var configuration = CallbackServer.Configuration(address: address, limits: .diagnostics)
            configuration.setting = "[diagnostics] listen_addr"
            let server = CallbackServer(
                pages: .init(paths: DiagnosticPages.onPort, make: make), configuration: configuration,
                group: Threads.shared.listening, logger: logger)
            services.append(
                settings.diagnostics.isRequired
                    ? server
                    : ProbeListener(
                        server: server, logger: logger, lacks: "There is no private port for metrics and reasons"))
        }
        if let path = ControlSocket.path(settings.diagnostics.socket) {
            services.append(
                ControlService(path: path, isRequired: settings.diagnostics.socket != .automatic, logger: logger) {
                    var configuration = CallbackServer.Configuration(address: .diagnostics, limits: .diagnostics)
                    (configuration.boundSocket, configuration.isForOwnUser) = ($0, true)
                    return CallbackServer(
                        pages: .init(paths: DiagnosticPages.onSocket, make: make), configuration: configuration,
                        group: Threads.shared.listening, logger: logger)
                })
        } else if settings.diagnostics.socket == .automatic {
            logger.debug("No folder for the control socket, so `status` and `requests` cannot ask this process")
        }
        return services
    }
}

extension CallbackServer.Limits {
    /// The limits of the private port and of the control socket, which few clients use.
    fileprivate static var diagnostics: Self {
        var limits = Self()
        limits.maxConnections = 64
        limits.connectionsPerSource = 64
        limits.maxDecisions = 16
        limits.bodyBytes = 1024
        // The list of requests waits for Teleport.
        limits.reply = .seconds(25)
        limits.drain = .seconds(1)
        return limits
    }
}

/// Serves the control socket, and removes its file at the end.
struct ControlService: Service {
    let path: String
    /// Whether the configuration names the socket, so that the plugin must have it to run at all.
    let isRequired: Bool
    let logger: Logger
    /// Makes the server for a listening socket.
    let server: @Sendable (Int32) -> CallbackServer

    func run() async throws {
        let descriptor: Int32
        do throws(ControlSocket.Failure) {
            descriptor = try ControlSocket.listen(at: path)
        } catch {
            if isRequired { throw error }
            logger.warning("The commands `status` and `requests` do not work: \(error)")
            return try await gracefulShutdown()
        }
        defer { unlink(path) }
        try await server(descriptor).run()
    }
}
