import Access
import Watcher

/// Opens a connection to Teleport for a few calls of `check`, and closes it afterwards.
enum Connection {
    /// The longest time to wait for the connection. The limits of connecting, the handshake and the first call are shorter
    /// together, so it is reached only if something hangs.
    private static let limit = Duration.seconds(60)

    /// Connects, runs `body`, and closes the connection when it returns.
    /// - Parameter body: makes the calls. It is given nil once there is a connection, or the error that prevented one.
    static func open<Value: Sendable>(
        _ client: TeleportClient, asksForEvents: Bool, _ body: @escaping @Sendable (TeleportError?) async -> Value
    ) async -> Value {
        let start = Once<TeleportError?>()
        let service = WatcherService(client: client, logger: .silent, asksForEvents: asksForEvents) { event in
            switch event {
            case .connected: start.give(nil)
            case .disconnected(let error): start.give(error)
            case .changed, .deleted, .rulesChanged: break
            }
        }
        async let _: Void? = try? service.run()
        guard let failure = await start.value(within: limit, .continuous) else {
            return await body(TeleportError(.timedOut, "no connection to Teleport in \(limit)"))
        }
        return await body(failure)
    }
}
