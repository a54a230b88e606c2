import Access
import Base
import CallbackServer
import Glibc
import Posts
import ServiceLifecycle
import Settings
import Watcher

extension Daemon {
    /// Returns the services that report that the plugin is ready: to the log, and to systemd where it asks for that.
    /// - Parameter started: is given its value once the listener listens.
    func supervision(_ health: Health, started: Once<Void>) -> [any Service] {
        let failing: @Sendable () -> [Health.Part] = { self.failing(health) }
        let ready = ReadyLine(
            started: started, news: health.news(), isReady: { failing().isEmpty }, words: { readyWords }, logger: logger)
        guard let socket = Self.supervisor else { return [ready] }
        let watchdog = SystemdWatchdog.limit(Self.variable("WATCHDOG_USEC"), process: Self.variable("WATCHDOG_PID"))
        return [
            ready,
            SystemdService(
                send: socket.send, watchdog: watchdog, started: started, news: health.news(), failing: failing,
                isAlive: { [pulse] in
                    // If a loop is stuck, no sign of life is sent.
                    await Threads.shared.answer()
                    return pulse.isAlive
                }, clock: clock),
        ]
    }

    /// The socket of the supervisor that started the plugin; nil if it takes no messages.
    static var supervisor: SystemdSocket? { SystemdSocket(variable("NOTIFY_SOCKET")) }

    private var readyWords: String {
        let cluster = teleport.clusterName ?? "without a name"
        let clicks =
            settings.approvals.hasButtons
            ? settings.http.publicURL.map { "clicks are taken at \($0)" } ?? "posts have buttons" : "posts have no buttons"
        return "requests of the cluster \(cluster) are watched, and \(clicks)"
    }

    static func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
}
