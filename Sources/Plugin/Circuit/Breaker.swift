package import Access
package import Logging
import Synchronization

/// The circuit breaker of one server. As an interceptor of the server's client it sees every call: it refuses calls while the
/// server fails, and learns from the others whether it still does.
package final class Breaker<Failure: Error & Sendable>: CallInterceptor {
    /// What an error says of the server.
    package enum Verdict: Equatable {
        /// It works; the call was at fault.
        case well
        /// It does not work, and wants to be left alone for at least this long.
        case failing(atLeast: Duration)
        /// It does not work until a person mends something.
        case broken
        /// The call was given up: nothing is known.
        case unknown
    }

    private struct State {
        var circuit = Circuit()
        var lastFailure: Failure?
        /// By which the server asked to be left alone.
        var lastAsked: Failure?
        /// The words of the last failure that was told.
        var told: String?
    }

    private let state = Mutex(State())
    private let recovery = Mutex<(@Sendable () -> Void)?>(nil)
    private let server: String
    private let judge: @Sendable (Failure) -> Verdict
    private let logger: Logger
    private let elapsed: @Sendable () -> Duration

    init(
        _ server: String, logger: Logger, elapsed: @escaping @Sendable () -> Duration,
        judge: @escaping @Sendable (Failure) -> Verdict
    ) {
        self.server = server
        self.logger = logger
        self.elapsed = elapsed
        self.judge = judge
    }

    /// Called when an outage is over.
    package func onRecovery(_ action: @escaping @Sendable () -> Void) { recovery.withLock { $0 = action } }

    package var isOpen: Bool { state.withLock { $0.circuit.isOpen } }

    /// For how long no call is let through; nil when the server may be called.
    package var wait: Duration? { state.withLock { $0.circuit.wait(at: elapsed()) } }

    /// For how long the server asked to be left alone, and how; nil when it did not.
    package var asked: (left: Duration, failure: Failure)? {
        state.withLock { state in
            guard let left = state.circuit.asked(at: elapsed()), let failure = state.lastAsked else { return nil }
            return (left, failure)
        }
    }

    /// Something else showed that the server is there.
    package func reset() { succeeded() }

    /// Makes the call. During an outage it fails at once with the last failure instead, except for one call now and then that
    /// probes the server, and for those with a ``CircuitBypass``.
    package func intercept<Answer>(
        _ call: ServerCall, _ next: () async throws(Failure) -> Answer
    ) async throws(Failure) -> Answer {
        if !CircuitBypass.isActive, let failure = refusal() { throw failure }
        do {
            let answer = try await next()
            succeeded()
            return answer
        } catch {
            switch judge(error) {
            case .well: succeeded()
            case .failing(let atLeast): failed(error, atLeast: atLeast, isAsked: atLeast > .zero, .warning)
            case .broken: failed(error, atLeast: Circuit.delays.upperBound, isAsked: false, .error)
            case .unknown: break
            }
            throw error
        }
    }

    private func refusal() -> Failure? {
        state.withLock { $0.circuit.admits(at: elapsed()) ? nil : $0.lastFailure }
    }

    private func succeeded() {
        guard state.withLock({ $0.circuit.succeeded(at: elapsed()) }) else { return }
        logger.info("\(server) works again; going on with what waited for it")
        recovery.withLock { $0 }?()
    }

    /// The one place that tells of an outage, and what else comes of the calls that are made meanwhile.
    private func failed(_ error: Failure, atLeast: Duration, isAsked: Bool, _ level: Logger.Level) {
        let (isNews, isOther) = state.withLock { state in
            state.lastFailure = error
            if isAsked { state.lastAsked = error }
            let isNews = state.circuit.failed(at: elapsed(), atLeast: atLeast, isAsked: isAsked, jitter: .random(in: 0..<1))
            let isOther = state.circuit.isOpen && state.told != "\(error)"
            if isNews || isOther { state.told = "\(error)" }
            return (isNews, isOther)
        }
        if isOther, !isNews { return logger.log(level: level, "\(server) goes on failing, otherwise now: \(error)") }
        if isNews { logger.log(level: level, "\(server) fails; everything waits, and it is tried now and then: \(error)") }
    }
}
