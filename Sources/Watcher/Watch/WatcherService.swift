import Access
package import Logging
import ServiceLifecycle
import Synchronization

/// The service that keeps the connection to Teleport open and watches for access requests, as long as the daemon runs.
///
/// It must be registered before the services that make calls, because services are shut down in the reverse order. Failures do
/// not end it: it logs them, reports them as ``WatchEvent/disconnected(_:)``, and connects again after a delay.
package final class WatcherService: Service {
    let client: TeleportClient
    let logger: Logger
    let events = EventBuffer()
    let state: Mutex<WatchState>
    /// Whether the watch is opened. False for a connection that carries only calls, for which the role needs no permission to
    /// watch.
    let asksForEvents: Bool
    /// Whether access monitoring rules are watched too, on servers that have them.
    let watchesRules: Bool
    private let jitter: @Sendable () -> Double
    private let onEvent: @Sendable (WatchEvent) async -> Void

    /// - Parameters:
    ///   - asksForEvents: false to connect and only ask for the version. ``WatchEvent/connected`` then comes without a watch.
    ///   - jitter: returns a random number in 0..<1 that spreads the delays before reconnecting.
    ///   - onEvent: is called for one event after the other. While it runs, the watch goes on, and new events are kept in a
    ///     bounded buffer.
    package init(
        client: TeleportClient, logger: Logger, asksForEvents: Bool = true, watchesRules: Bool = false,
        jitter: @escaping @Sendable () -> Double = { .random(in: 0..<1) },
        onEvent: @escaping @Sendable (WatchEvent) async -> Void
    ) {
        self.client = client
        self.logger = logger
        self.asksForEvents = asksForEvents
        self.watchesRules = watchesRules
        self.jitter = jitter
        self.onEvent = onEvent
        state = Mutex(
            WatchState(
                firstBackoff: client.configuration.firstBackoff, longestBackoff: client.configuration.longestBackoff))
    }

    /// Runs until shutdown is asked for or the task is cancelled. The connection is closed when it returns.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask(priority: .high) { await self.events.drain(self.onEvent) }
                group.addTask { await self.client.keeper.watch(self.client.clock) }
                group.addTask { await self.stayConnected() }
                await group.next()
                group.cancelAll()
            }
        }
    }

    /// Connects, and connects again whenever the connection has ended, until the task is cancelled.
    private func stayConnected() async {
        while !Task.isCancelled {
            var failure = TeleportError(.unavailable, "not connected")
            let held = await client.clock.measure { failure = await connectOnce() }
            if Task.isCancelled { break }
            let action = state.withLock { $0.ended(failure, held: held, jitter: jitter()) }
            client.slot.empty(failure)
            events.put(.disconnected(failure))
            guard case .reconnect(let delay, let isNews) = action else { break }
            log(failure, delay: delay, isNews: isNews)
            try? await client.clock.sleep(for: delay)
        }
        state.withLock { $0.stop() }
        client.slot.close()
    }

    private func log(_ failure: TeleportError, delay: Duration, isNews: Bool) {
        let seconds = delay.formattedSeconds
        let level: Logger.Level = failure.code == .permissionDenied ? .error : .warning
        logger.log(level: isNews ? level : .debug, "No watch on Teleport: \(failure.message); trying again in \(seconds) s")
    }
}

extension Duration {
    /// The seconds with one decimal, e.g. `0.3`.
    fileprivate var formattedSeconds: String {
        let tenths = (components.seconds * 10) + components.attoseconds / 100_000_000_000_000_000
        return "\(tenths / 10).\(tenths % 10)"
    }
}
