import Base
import CallbackServer
import Logging
import ServiceLifecycle

/// Why this process does not listen.
struct ListenFailure: Error, CustomStringConvertible {
    var description: String

    var isPortTaken: Bool { description.contains("in use") }
}

/// The callback server in this process, for the time of a few looks.
enum OwnListener {
    /// - Parameter body: told why it does not listen, or nil once it does.
    static func run(
        _ make: (@escaping @Sendable () -> Void) -> CallbackServer, _ body: @escaping @Sendable (ListenFailure?) async -> Void
    ) async {
        let start = Once<ListenFailure?>()
        let server = make { start.give(nil) }
        let group = ServiceGroup(configuration: .init(services: [.init(service: server)], logger: .silent))
        await withTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                do {
                    try await group.run()
                } catch {
                    start.give(ListenFailure(description: "\(error)"))
                }
            }
            tasks.addTask {
                if let failure = await start.value() { await body(failure) }
                // The answers in flight go out first.
                await group.triggerGracefulShutdown()
            }
        }
    }
}
