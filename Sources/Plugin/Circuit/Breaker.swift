import Access
import Logging
import Synchronization

/// The circuit of one server, shared by all who call it.
final class Breaker<Failure: Error & Sendable>: Sendable {
    /// What an error says of the server.
    enum Verdict: Equatable {
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
    func onRecovery(_ action: @escaping @Sendable () -> Void) { recovery.withLock { $0 = action } }

    var isOpen: Bool { state.withLock { $0.circuit.isOpen } }

    /// For how long no call is let through; nil when the server may be called.
    var wait: Duration? { state.withLock { $0.circuit.wait(at: elapsed()) } }

    /// For how long the server asked to be left alone, and how; nil when it did not.
    var asked: (left: Duration, failure: Failure)? {
        state.withLock { state in
            guard let left = state.circuit.asked(at: elapsed()), let failure = state.lastAsked else { return nil }
            return (left, failure)
        }
    }

    /// Something else showed that the server is there.
    func reset() { succeeded() }

    /// Makes the call; during an outage it fails at once with the last failure, unless it is the probe or `isProbe`.
    func run<Value>(
        isProbe: Bool, _ body: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        if !isProbe, let failure = refusal() { throw failure }
        do {
            let value = try await body()
            succeeded()
            return value
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
