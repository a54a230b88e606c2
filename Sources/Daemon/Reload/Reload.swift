import Base
import Glibc
import Log
import Logging
import ServiceLifecycle

/// The service that takes changes over while the plugin runs, without dropping a connection or a click.
///
/// On SIGHUP (`systemctl reload`) it opens the log and audit files anew, so that logrotate can move them away, and reads the
/// configuration and the listener's certificate again. At intervals it looks at the files that the configuration names. What
/// cannot be used is logged, and what was in use before stays in use. On SIGUSR1 it opens the log and audit files alone, for a
/// log rotation that must not take over a configuration that is being edited.
struct Reload: Service {
    let logFiles: [LogDestination]
    let configuration: LiveConfiguration
    /// Reads Teleport's credentials again.
    let lookAtCredentials: @Sendable () -> Void
    /// The time between two looks at the files that the configuration names.
    let interval: Duration
    let logger: Logger
    /// Tells the supervisor that a reload begins and ends.
    var supervisor: SystemdSocket?
    var clock: any Clock<Duration> = .continuous

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    for await signal in Signals.stream(of: SIGHUP, SIGUSR1) {
                        signal == SIGHUP ? reload() : reopenFiles()
                    }
                }
                group.addTask {
                    configuration.warnOfCertificate()
                    while (try? await clock.sleep(for: interval)) != nil {
                        while configuration.lookAtFiles() {
                            guard (try? await clock.sleep(for: LiveConfiguration.settling)) != nil else { return }
                        }
                    }
                }
                await group.waitForAll()
            }
        }
    }

    private func reload() {
        supervisor?.send("RELOADING=1\nMONOTONIC_USEC=\(SystemdSocket.monotonicMicroseconds)")
        defer { supervisor?.send("READY=1") }
        reopenFiles()
        configuration.reload()
        lookAtCredentials()
    }

    private func reopenFiles() {
        for file in logFiles {
            do {
                try file.reopen()
            } catch {
                logger.error("Kept the old file: \(error)")
            }
        }
        logger.info("Reopened the log")
    }
}
