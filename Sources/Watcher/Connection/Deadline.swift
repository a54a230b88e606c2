import NIOCore

/// The error of ``within(_:on:_:)`` when the time limit has passed before the work was done.
struct DeadlinePassed: Error {}

/// Runs `body` and returns its result. When the limit passes first, it cancels `body` and throws ``DeadlinePassed``.
///
/// The timer is one of the event loop, because that is freed as soon as it is cancelled. A cancelled `Task.sleep` stays in
/// memory until its time is over: at hundreds of calls a second that kept thousands of tasks alive.
func within<Value: Sendable>(
    _ limit: Duration, on loop: any EventLoop, _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    let timer = loop.scheduleTask(in: .nanoseconds(Int64(limit / .nanoseconds(1)))) {}
    return try await withThrowingTaskGroup(of: Value.self) { group in
        group.addTask { try await body() }
        group.addTask {
            try await timer.futureResult.get()
            throw DeadlinePassed()
        }
        defer {
            group.cancelAll()
            timer.cancel()
        }
        guard let value = try await group.next() else { throw CancellationError() }
        return value
    }
}
