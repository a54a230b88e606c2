import CallbackServer
import Logging
import ServiceLifecycle

/// Runs the listener if posts have no buttons and the configuration does not ask for it. Only health probes use it then, so a
/// failure to listen, such as a port in use, is logged and does not end the plugin.
struct ProbeListener: Service {
    let server: CallbackServer
    let logger: Logger
    /// Is called when the server cannot listen, because the plugin then does its work all the same.
    var failed: @Sendable () -> Void = {}

    func run() async throws {
        do {
            try await server.run()
        } catch let error as ListenError {
            logger.warning("Health probes are not answered: \(error)")
            failed()
            try await gracefulShutdown()
        }
    }
}
