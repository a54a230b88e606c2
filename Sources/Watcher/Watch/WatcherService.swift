import Access
package import Logging
import ServiceLifecycle
import Synchronization

/// Keeps the connection to Teleport open and watches for access requests, for as long as the daemon runs.
///
/// Register it before the services that make calls: services are shut down in the reverse order.
package final class WatcherService: Service {
    let client: TeleportClient
    let logger: Logger
    let events = EventBuffer()
    let state: Mutex<WatchState>
    /// False for a connection that only carries calls, for which the role needs no permission.
    let asksForEvents: Bool
    private let jitter: @Sendable () -> Double
    private let onEvent: @Sendable (WatchEvent) async -> Void

    /// - Parameters:
    ///   - asksForEvents: false to connect and ask for the version alone; ``WatchEvent/connected`` then comes without a watch.
    ///   - jitter: gives a number in 0..<1 that spreads the delays of reconnecting.
    ///   - onEvent: is called for one event after the other. While it works, events are held in a bounded buffer and the watch
    ///     goes on.
    package init(
        client: TeleportClient, logger: Logger, asksForEvents: Bool = true,
        jitter: @escaping @Sendable () -> Double = { .random(in: 0..<1) },
        onEvent: @escaping @Sendable (WatchEvent) async -> Void
    ) {
        self.client = client
        self.logger = logger
        self.asksForEvents = asksForEvents
        self.jitter = jitter
        self.onEvent = onEvent
        state = Mutex(
            WatchState(
                firstBackoff: client.configuration.firstBackoff, longestBackoff: client.configuration.longestBackoff))
    }

    /// Returns when shutdown was asked for or the task is cancelled, with the connection closed.
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

    /// Connects again whenever the connection has ended, until the task is cancelled.
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
    /// With one decimal, e.g. `0.3`.
    fileprivate var formattedSeconds: String {
        let tenths = (components.seconds * 10) + components.attoseconds / 100_000_000_000_000_000
        return "\(tenths / 10).\(tenths % 10)"
    }
}
