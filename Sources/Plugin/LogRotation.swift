package import Logging
import ServiceLifecycle
import UnixSignals

/// On SIGHUP (`systemctl reload`) opens the log file anew, so that logrotate can move it away.
package struct LogRotation: Service {
    private let destination: LogDestination
    private let logger: Logger

    package init(_ destination: LogDestination, logger: Logger) {
        self.destination = destination
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            for await _ in await UnixSignalsSequence(trapping: .sighup) {
                do {
                    try destination.reopen()
                    logger.info("Reopened the log")
                } catch {
                    logger.error("Kept the old log file: \(error)")
                }
            }
        }
    }
}
