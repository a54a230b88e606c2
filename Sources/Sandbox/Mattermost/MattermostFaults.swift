import Synchronization

/// Faults that tests and the page switch on. Each applies to the next calls, or to the next calls of a path.
package final class MattermostFaults: Sendable {
    package enum Fault: Hashable, Sendable {
        /// The call waits until ``clear()`` or the end of the connection. Then it is carried out.
        case stall
        /// The connection is closed, and the call is not carried out.
        case dropConnection
        /// The answer is 429 in plain text, with this `Retry-After` in seconds.
        case rateLimited(retryAfter: Int)
        /// The answer is 500, and the call is not carried out.
        case internalError
        /// The call is carried out. Then the connection is closed without an answer.
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
    ///   - path: a part of the call's path; empty for all calls.
    ///   - method: the HTTP method, such as `GET`; nil for all.
    ///   - times: the number of calls.
    package func inject(_ fault: Fault, path: String = "", method: String? = nil, times: Int = 1) {
        state.withLock { $0.switches.append(Switch(fault: fault, path: path, method: method, remaining: times)) }
    }

    /// Delays calls before they are carried out, even when the caller disconnects meanwhile. The delay is for all calls, or for
    /// those of a path and a method; zero removes it. When several delays match, the last one that was set counts. ``clear()``
    /// removes all.
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

    /// The number of further calls for which faults are planned.
    package var remaining: Int { state.withLock { $0.switches.reduce(0) { $0 + $1.remaining } } }

    /// The number of calls that have been stalled since the last ``clear()``.
    package var stalledCalls: Int { state.withLock { $0.stalled.count } }

    /// Removes all faults and delays, and lets stalled calls continue.
    package func clear() {
        let stalled = state.withLock { state in
            defer { state = State() }
            return state.stalled
        }
        for call in stalled { call.finish() }
    }

    /// Takes the next fault for this call; nil for none.
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

    /// Waits until ``clear()`` or until the task is cancelled.
    func waitUntilCleared() async {
        let (stream, continuation) = AsyncStream.makeStream(of: Never.self)
        state.withLock { $0.stalled.append(continuation) }
        for await _ in stream {}
    }
}
