package import Logging
import ServiceLifecycle
import UnixSignals

/// On SIGHUP (`systemctl reload`) opens the files of log and audit anew, so that logrotate can move them away.
package struct LogRotation: Service {
    private let destinations: [LogDestination]
    private let logger: Logger

    package init(_ destinations: [LogDestination], logger: Logger) {
        self.destinations = destinations
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            for await _ in await UnixSignalsSequence(trapping: .sighup) {
                for destination in destinations { reopen(destination) }
                logger.info("Reopened the log")
            }
        }
    }

    private func reopen(_ destination: LogDestination) {
        do {
            try destination.reopen()
        } catch {
            logger.error("Kept the old file: \(error)")
        }
    }
}
