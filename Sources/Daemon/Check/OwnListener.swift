import Base
import CallbackServer
import Logging
import ServiceLifecycle

/// The callback server in this process, for the time of a few steps of `check`.
enum OwnListener {
    /// - Parameter body: is given the error for which this process does not listen, or nil once it does.
    static func run(
        _ make: (@escaping @Sendable () -> Void) -> CallbackServer, _ body: @escaping @Sendable ((any Error)?) async -> Void
    ) async {
        let start = Once<(any Error)?>()
        let server = make { start.give(nil) }
        let group = ServiceGroup(configuration: .init(services: [.init(service: server)], logger: .silent))
        await withTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                do {
                    try await group.run()
                } catch {
                    start.give(error)
                }
            }
            tasks.addTask {
                if let failure = await start.value() { await body(failure) }
                // A graceful shutdown lets the answers in flight go out first.
                await group.triggerGracefulShutdown()
            }
        }
    }
}
