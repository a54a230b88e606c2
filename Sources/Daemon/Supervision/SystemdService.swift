import Access
import Base
import Glibc
import ServiceLifecycle

/// Tells systemd that the plugin has started, how it is, that it is alive and that it stops.
///
/// It has to be the last service of its group, because the last one is the first to learn of a graceful shutdown.
struct SystemdService: Service {
    /// The share of the watchdog's limit after which a sign of life is sent. With a third, one may be late.
    private static let share = 3

    let send: @Sendable (String) -> Void
    /// The time after which systemd ends a process without a sign of life; nil if its watchdog is off.
    let watchdog: Duration?
    /// Is given its value once the listener listens. Only then may systemd start what depends on the plugin. Whether Teleport and
    /// Mattermost can be reached is part of the status, because systemd would end a plugin that waits for them.
    let started: Once<Void>
    /// Yields whenever the status may have changed.
    let news: AsyncStream<Health.News>
    /// Returns the parts of the plugin's work that fail. The status does not give the reasons: they name servers, and every user of
    /// the machine can read it.
    let failing: @Sendable () -> [Health.Part]
    /// Returns whether the plugin works. It may also wait until it does.
    let isAlive: @Sendable () async -> Bool
    var clock: any Clock<Duration> = .continuous

    func run() async throws {
        await cancelWhenGracefulShutdown {
            guard await started.value() != nil else { return }
            let first = status
            send("READY=1\nSTATUS=\(first)")
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await sendStatus(after: first) }
                group.addTask { await sendSignsOfLife() }
            }
        }
        send("STOPPING=1\nSTATUS=Stopping")
    }

    private var status: String {
        let failing = failing()
        guard !failing.isEmpty else { return "Ready" }
        return "Not ready: \(failing.map(\.rawValue).joined(separator: ", ")); the log says why"
    }

    private func sendStatus(after first: String) async {
        var last = first
        for await _ in news {
            let new = status
            if new != last { send("STATUS=\(new)") }
            last = new
        }
    }

    private func sendSignsOfLife() async {
        guard let watchdog else { return }
        repeat {
            if await isAlive() { send("WATCHDOG=1") }
        } while (try? await clock.sleep(for: watchdog / Self.share)) != nil
    }
}
