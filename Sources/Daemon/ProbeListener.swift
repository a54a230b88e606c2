import CallbackServer
import Logging
import ServiceLifecycle

/// The listener where posts have no buttons and nobody asked for it: of use to health probes alone, so the plugin does its work
/// without it where its port is taken.
struct ProbeListener: Service {
    let server: CallbackServer
    let logger: Logger

    func run() async throws {
        do {
            try await server.run()
        } catch let error as ListenError {
            logger.warning("Health probes are not answered: \(error)")
            try await gracefulShutdown()
        }
    }
}
