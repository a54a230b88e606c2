package import Access
import CoreMetrics
import Synchronization

/// Measures every call of a client, by the call's name and its result. It has to stand behind the circuit breaker, because a
/// call that the breaker refuses is not made.
package final class CallTimes<Failure: Error>: CallInterceptor {
    private struct Key: Hashable {
        var call: String
        var result: String
    }

    private let server: String
    private let registry: MetricRegistry
    private let result: @Sendable (Failure) -> String
    private let clock = ContinuousClock()
    private let timers = Mutex<[Key: Timer]>([:])

    /// - Parameters:
    ///   - server: the value of the label `server`.
    ///   - result: returns the value of the label `result` for an error, from a fixed set.
    init(_ server: String, _ registry: MetricRegistry, result: @escaping @Sendable (Failure) -> String) {
        self.server = server
        self.registry = registry
        self.result = result
    }

    package func intercept<Answer>(
        _ call: ServerCall, _ next: () async throws(Failure) -> Answer
    ) async throws(Failure) -> Answer {
        let begun = clock.now
        do throws(Failure) {
            let answer = try await next()
            timer(call, "ok").record(clock.now - begun)
            return answer
        } catch {
            timer(call, result(error)).record(clock.now - begun)
            throw error
        }
    }

    private func timer(_ call: ServerCall, _ result: String) -> Timer {
        let key = Key(call: call.name, result: result)
        return timers.withLock { timers in
            if let known = timers[key] { return known }
            let new = registry.timer(.upstreamCalls, server, key.call, key.result)
            timers[key] = new
            return new
        }
    }
}

extension Timer {
    func record(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        let (nanoseconds, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        recordNanoseconds(overflow ? .max : nanoseconds &+ attoseconds / 1_000_000_000)
    }
}

extension TeleportError.Code {
    /// The value of the label `result`.
    var label: String {
        switch self {
        case .unavailable: "unavailable"
        case .timedOut: "timed_out"
        case .permissionDenied: "permission_denied"
        case .notFound: "not_found"
        case .conflict: "conflict"
        case .refused: "refused"
        case .unimplemented: "unimplemented"
        case .misconfigured: "misconfigured"
        case .cancelled: "cancelled"
        case .other: "other"
        }
    }
}

extension MattermostError.Code {
    /// The value of the label `result`.
    var label: String {
        switch self {
        case .unreachable: "unreachable"
        case .unauthorized: "unauthorized"
        case .forbidden: "forbidden"
        case .notFound: "not_found"
        case .rateLimited: "rate_limited"
        case .status(let status): status >= 500 ? "server_error" : "client_error"
        case .malformed: "malformed"
        case .cancelled: "cancelled"
        }
    }
}
