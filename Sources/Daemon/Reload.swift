package import Log
package import Logging
import ServiceLifecycle
import UnixSignals

/// The service that handles SIGHUP (`systemctl reload`). It opens the log and audit files anew, so that logrotate can move them
/// away, and reads the listener's certificate again, so that renewing it needs no restart. If either fails, the error is logged
/// and the old one stays in use.
package struct Reload: Service {
    private let destinations: [LogDestination]
    private let renewCertificate: (@Sendable () throws -> Void)?
    private let logger: Logger

    /// - Parameter renewCertificate: reads the listener's certificate anew; nil if no certificate is configured.
    package init(
        _ destinations: [LogDestination], renewCertificate: (@Sendable () throws -> Void)? = nil, logger: Logger
    ) {
        self.destinations = destinations
        self.renewCertificate = renewCertificate
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            for await _ in await UnixSignalsSequence(trapping: .sighup) {
                for destination in destinations { attempt("file") { try destination.reopen() } }
                logger.info("Reopened the log")
                guard let renewCertificate else { continue }
                attempt("HTTPS certificate") {
                    try renewCertificate()
                    logger.info("Read the HTTPS certificate anew")
                }
            }
        }
    }

    private func attempt(_ what: String, _ action: () throws -> Void) {
        do {
            try action()
        } catch {
            logger.error("Kept the old \(what): \(error)")
        }
    }
}
