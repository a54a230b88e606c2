import Access
import Watcher

/// A connection to Teleport that lasts for the time of a few calls.
enum Connection {
    /// Longer than connecting, the handshake and the question for the version may take together.
    private static let limit = Duration.seconds(60)

    /// - Parameter body: is given the error for which there is no connection, or nil once there is one.
    static func open<Value: Sendable>(
        _ client: TeleportClient, asksForEvents: Bool, _ body: @escaping @Sendable (TeleportError?) async -> Value
    ) async -> Value {
        let start = Once<TeleportError?>()
        let service = WatcherService(client: client, logger: .silent, asksForEvents: asksForEvents) { event in
            switch event {
            case .connected: start.give(nil)
            case .disconnected(let error): start.give(error)
            case .changed, .deleted: break
            }
        }
        async let _: Void? = try? service.run()
        guard let failure = await start.value(within: limit, .continuous) else {
            return await body(TeleportError(.timedOut, "no connection to Teleport in \(limit)"))
        }
        return await body(failure)
    }
}
