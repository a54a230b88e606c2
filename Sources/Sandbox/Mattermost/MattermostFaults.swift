import Synchronization

/// What goes wrong on request: each switch is for the next calls, or the next ones to a path.
package final class MattermostFaults: Sendable {
    package enum Fault: Hashable, Sendable {
        /// No answer until ``clear()`` or the end of the connection; the call is then carried out.
        case stall
        /// The connection is closed; nothing was done.
        case dropConnection
        /// 429, plain text, with this `Retry-After` in seconds.
        case rateLimited(retryAfter: Int)
        /// 500; nothing was done.
        case internalError
        /// What was asked is done, then the connection is closed without an answer.
        case loseAnswer
    }

    private struct Switch: Sendable {
        var fault: Fault
        var path: String
        var method: String?
        var remaining: Int
    }

    private struct State: Sendable {
        var switches: [Switch] = []
        var stalled: [AsyncStream<Never>.Continuation] = []
        var latencies: [Latency] = []
    }

    private struct Latency: Sendable {
        var path: String
        var method: String?
        var time: Duration
    }

    private let state = Mutex(State())

    package init() {}

    /// - Parameters:
    ///   - path: what the call's path must contain; everything does when empty.
    ///   - method: `GET`, `POST`, …; any when nil.
    ///   - times: for how many calls.
    package func inject(_ fault: Fault, path: String = "", method: String? = nil, times: Int = 1) {
        state.withLock { $0.switches.append(Switch(fault: fault, path: path, method: method, remaining: times)) }
    }

    /// Every call, or those that the path and the method fit, takes so long before it is carried out, also when its caller has
    /// gone meanwhile; zero ends it. Where several fit, the one set last counts. ``clear()`` ends all.
    package func setLatency(_ time: Duration, path: String = "", method: String? = nil) {
        state.withLock { state in
            state.latencies.removeAll { $0.path == path && $0.method == method }
            if time > .zero { state.latencies.append(Latency(path: path, method: method, time: time)) }
        }
    }

    func latency(method: String, path: String) -> Duration {
        state.withLock { state in
            let match = state.latencies.last {
                ($0.path.isEmpty || path.contains($0.path)) && ($0.method ?? method) == method
            }
            return match?.time ?? .zero
        }
    }

    /// How many calls the switches are still good for.
    package var remaining: Int { state.withLock { $0.switches.reduce(0) { $0 + $1.remaining } } }

    /// How many calls have been stalled since the last ``clear()``.
    package var stalledCalls: Int { state.withLock { $0.stalled.count } }

    /// Forgets all switches and latencies and lets stalled calls go on.
    package func clear() {
        let stalled = state.withLock { state in
            defer { state = State() }
            return state.stalled
        }
        for call in stalled { call.finish() }
    }

    /// The fault for this call, used up by asking.
    func take(method: String, path: String) -> Fault? {
        state.withLock { state in
            let match = state.switches.firstIndex {
                $0.remaining > 0 && ($0.path.isEmpty || path.contains($0.path)) && ($0.method ?? method) == method
            }
            guard let match else { return nil }
            state.switches[match].remaining -= 1
            defer { state.switches.removeAll { $0.remaining <= 0 } }
            return state.switches[match].fault
        }
    }

    /// Returns at ``clear()`` or when the task is cancelled.
    func waitUntilCleared() async {
        let (stream, continuation) = AsyncStream.makeStream(of: Never.self)
        state.withLock { $0.stalled.append(continuation) }
        for await _ in stream {}
    }
}
