import Synchronization

/// A value whose changes tasks can wait for.
package final class Observed<Value: Sendable>: Sendable {
    private struct State {
        var value: Value
        var observers: [Int: AsyncStream<Value>.Continuation] = [:]
        var next = 0
    }

    private let state: Mutex<State>

    package init(_ value: Value) { state = Mutex(State(value: value)) }

    package var value: Value { state.withLock { $0.value } }

    @discardableResult
    package func update<Result>(_ change: (inout sending Value) -> sending Result) -> sending Result {
        state.withLock { state in
            let result = change(&state.value)
            for observer in state.observers.values { observer.yield(state.value) }
            return result
        }
    }

    /// Waits until the value meets the condition. Returns at once if it does already. Throws only when the task is cancelled.
    @discardableResult
    package func first(where fits: (Value) -> Bool) async throws(CancellationError) -> Value {
        let (changes, continuation) = AsyncStream.makeStream(of: Value.self, bufferingPolicy: .bufferingNewest(1))
        let key = state.withLock { state in
            state.next += 1
            state.observers[state.next] = continuation
            continuation.yield(state.value)
            return state.next
        }
        defer { state.withLock { _ = $0.observers.removeValue(forKey: key) } }
        for await value in changes where fits(value) { return value }
        throw CancellationError()
    }
}
