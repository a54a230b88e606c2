import Synchronization

/// A value that is given once and awaited by any number of tasks.
package final class Once<Value: Sendable>: Sendable {
    private typealias Waiting = CheckedContinuation<Value?, Never>

    private struct State {
        var value: Value?
        var waiting: [Int: Waiting] = [:]
        var count = 0
    }

    private let state = Mutex(State())

    package init() {}

    /// Gives the value to all tasks that wait for it, now or later. Any further value is dropped.
    package func give(_ value: Value) {
        let waiting = state.withLock { state in
            guard state.value == nil else { return [Int: Waiting]() }
            state.value = value
            defer { state.waiting = [:] }
            return state.waiting
        }
        for continuation in waiting.values { continuation.resume(returning: value) }
    }

    /// Waits for the value. Returns nil if the waiting task is cancelled before.
    package func value() async -> Value? {
        let number = state.withLock { state in
            state.count += 1
            return state.count
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { wait($0, number) }
        } onCancel: {
            let waiting = state.withLock { $0.waiting.removeValue(forKey: number) }
            waiting?.resume(returning: nil)
        }
    }

    /// Waits for the value. Returns nil if the time limit is reached before.
    package func value(within limit: Duration, _ clock: any Clock<Duration>) async -> Value? {
        await withTaskGroup(of: Value?.self) { group in
            group.addTask { await self.value() }
            group.addTask {
                try? await clock.sleep(for: limit)
                return nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
    }

    private func wait(_ continuation: Waiting, _ number: Int) {
        let (value, isOver) = state.withLock { state -> (Value?, Bool) in
            if let value = state.value { return (value, true) }
            // The task was cancelled before it waited here, so the handler of its cancellation found nothing to resume.
            if Task.isCancelled { return (nil, true) }
            state.waiting[number] = continuation
            return (nil, false)
        }
        if isOver { continuation.resume(returning: value) }
    }
}
