import Access
import Watcher

/// One connection to Teleport for the time of some calls.
enum Connection {
    /// Above the sum of the limits on connecting, the handshake and the version.
    private static let limit = Duration.seconds(60)

    /// - Parameter body: told why there is none, or nil when there is.
    static func open<Value: Sendable>(
        _ client: TeleportClient, asksForEvents: Bool, _ body: @escaping @Sendable (String?) async -> Value
    ) async -> Value {
        let start = Once<String?>()
        let service = WatcherService(client: client, logger: .silent, asksForEvents: asksForEvents) { event in
            switch event {
            case .connected: start.give(nil)
            case .disconnected(let reason): start.give(reason)
            case .changed, .deleted: break
            }
        }
        async let _: Void? = try? service.run()
        guard let failure = await start.value(within: limit, .continuous) else {
            return await body("no connection to Teleport in \(limit)")
        }
        return await body(failure)
    }
}
