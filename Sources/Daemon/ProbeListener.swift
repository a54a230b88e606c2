import CallbackServer
import Logging
import ServiceLifecycle

/// Runs a listener without which the plugin can do its work, because the configuration does not ask for it. A failure to listen,
/// such as a port in use, is logged and does not end the plugin.
struct ProbeListener: Service {
    let server: CallbackServer
    let logger: Logger
    /// What is missing when the server cannot listen.
    var lacks = "Health probes are not answered"
    /// Is called when the server cannot listen, because the plugin then does its work all the same.
    var failed: @Sendable () -> Void = {}

    func run() async throws {
        do {
            try await server.run()
        } catch let error as ListenError {
            logger.warning("\(lacks): \(error)")
            failed()
            try await gracefulShutdown()
        }
    }
}
