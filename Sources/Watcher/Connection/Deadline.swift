import NIOCore

/// The time limit of ``within(_:on:_:)`` passed before the work was done.
struct DeadlinePassed: Error {}

/// Runs `body`. When the limit passes first, cancels it and throws ``DeadlinePassed``.
///
/// The timer belongs to the event loop, which frees it with the call. A cancelled `Task.sleep` stays in memory until its time
/// is over, which at hundreds of calls a second held thousands of tasks.
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
