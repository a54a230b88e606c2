package import Access
import Base
package import Logging
import Synchronization

/// The circuit breaker of one server. It spares a server that fails, and answers at once what would only time out.
///
/// As an interceptor of the server's client it sees every call: it refuses calls while the server fails, and learns from the
/// calls that it lets through whether the server still fails. All members may be used from any thread. `Failure` is the error
/// of the server's client.
package final class Breaker<Failure: Error & Sendable>: CallInterceptor {
    /// The conclusion that an error allows about the server.
    package enum Verdict: Equatable {
        /// The server works; the error is about this call.
        case healthy
        /// The server does not work.
        case failing
        /// The server asked not to be called for this long.
        case paused(Duration)
        /// The server refuses all calls until somebody corrects a setting.
        case misconfigured
        /// The call was cancelled, so its outcome shows nothing about the server.
        case unknown
    }

    private struct State {
        var circuit = Circuit()
        var lastFailure: Failure?
        /// The last failure by which the server asked for a pause.
        var lastPause: Failure?
        /// The kinds of failures of the present outage that were logged.
        var told: Set<String> = []
    }

    private let state = Mutex(State())
    private let recovery = Mutex<(@Sendable () -> Void)?>(nil)
    private let server: String
    private let judge: @Sendable (Failure) -> Verdict
    private let kind: @Sendable (Failure) -> String
    /// The number of kinds of failures that one outage logs.
    private static var kinds: Int { 16 }
    private let logger: Logger
    private let elapsed: @Sendable () -> Duration
    private let jitter: @Sendable () -> Double

    /// - Parameters:
    ///   - server: the server's name in log lines.
    ///   - elapsed: returns the time since any fixed moment. It must never go back.
    ///   - kind: returns a text that failures of one cause share, whatever the call.
    ///   - judge: returns what a call's error says about the server.
    package init(
        _ server: String, logger: Logger, elapsed: @escaping @Sendable () -> Duration,
        jitter: @escaping @Sendable () -> Double = { .random(in: 0..<1) },
        kind: @escaping @Sendable (Failure) -> String = { "\($0)" }, judge: @escaping @Sendable (Failure) -> Verdict
    ) {
        self.server = server
        self.logger = logger
        self.elapsed = elapsed
        self.jitter = jitter
        self.kind = kind
        self.judge = judge
    }

    /// Sets the action that is called when an outage is over. It replaces an earlier one, and must not block.
    package func onRecovery(_ action: @escaping @Sendable () -> Void) { recovery.withLock { $0 = action } }

    package var isOpen: Bool { state.withLock { $0.circuit.isOpen } }

    /// The time until the next probe is let through; nil when the server may be called now.
    package var wait: Duration? { state.withLock { $0.circuit.wait(at: elapsed()) } }

    /// The remaining time of the pause that the server asked for, and the failure by which it asked; nil if there is no pause.
    package var requestedPause: (left: Duration, failure: Failure)? {
        state.withLock { state in
            guard let left = state.circuit.pause(at: elapsed()), let failure = state.lastPause else { return nil }
            return (left, failure)
        }
    }

    /// Records that the server works. It is for evidence other than a call, such as a new connection.
    package func reset() { succeeded(isAnonymous: false) }

    /// Makes the call. During an outage it throws the last failure at once instead. Two kinds of calls are made even then: one
    /// now and then that probes the server, and those with a ``CircuitBypass``.
    package func intercept<Answer>(
        _ call: ServerCall, _ next: () async throws(Failure) -> Answer
    ) async throws(Failure) -> Answer {
        if !CircuitBypass.isActive, let failure = refusal() { throw failure }
        do {
            let answer = try await next()
            succeeded(isAnonymous: call.isAnonymous)
            return answer
        } catch {
            switch judge(error) {
            case .healthy: succeeded(isAnonymous: call.isAnonymous)
            case .failing: failed(error, .failing, .warning)
            case .paused(let pause): failed(error, .asked(pause), .warning)
            case .misconfigured: failed(error, .refused, .error)
            case .unknown: break
            }
            throw error
        }
    }

    private func refusal() -> Failure? {
        state.withLock { $0.circuit.admits(at: elapsed()) ? nil : $0.lastFailure }
    }

    private func succeeded(isAnonymous: Bool) {
        let isOver = state.withLock { state in
            guard state.circuit.succeeded(at: elapsed(), isAnonymous: isAnonymous) else { return false }
            state.told = []
            return true
        }
        guard isOver else { return }
        logger.info("\(server) works again; going on with what waited for it")
        recovery.withLock { $0 }?()
    }

    /// Records a failure, and logs an outage when it begins and when it fails in a way that was not logged yet. Nothing else
    /// logs outages.
    private func failed(_ error: Failure, _ cause: Circuit.Cause, _ level: Logger.Level) {
        let (isNews, isOther) = state.withLock { state in
            state.lastFailure = error
            if case .asked = cause { state.lastPause = error }
            let isNews = state.circuit.failed(at: elapsed(), cause, jitter: jitter())
            // A failure that does not open the circuit is not logged here.
            let isOther = state.circuit.isOpen && state.told.count < Self.kinds && state.told.insert(kind(error)).inserted
            return (isNews, isOther)
        }
        if isOther, !isNews { return logger.log(level: level, "\(server) goes on failing, otherwise now: \(error)") }
        if isNews { logger.log(level: level, "\(server) fails; everything waits, and it is tried now and then: \(error)") }
    }
}
