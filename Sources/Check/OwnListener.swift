import Base
import CallbackServer
import Logging
import ServiceLifecycle

/// Runs the callback server in this process while a few steps of `check` need it.
enum OwnListener {
    /// Starts the server, runs `body`, and stops the server when it returns.
    /// - Parameters:
    ///   - make: makes the server. The closure that it is given has to be called once the server listens.
    ///   - body: runs the steps. It is given nil once this process listens, or the error that prevented it.
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
