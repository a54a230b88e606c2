import Access
import ActionCrypto
import Base
import Logging
import Synchronization

/// Keeps the credentials that are in use. It reads the files for each connection and at intervals, and keeps the last good
/// credentials while the files cannot be used, for example while they are being replaced.
final class CredentialKeeper: Sendable {
    private struct State {
        var current: TeleportCredentials?
        var steps: ExpirySteps?
        /// The reason why the files cannot be used now. Meanwhile ``current`` stays in use.
        var problem = SayOnce<TeleportError>()
        /// Receives an element each time that the credentials have changed.
        var listener: AsyncStream<Void>.Continuation?
    }

    private let configuration: TeleportConfiguration
    private let logger: Logger
    private let now: @Sendable () -> Timestamp
    private let state = Mutex(State())

    init(_ configuration: TeleportConfiguration, logger: Logger, now: @escaping @Sendable () -> Timestamp) {
        self.configuration = configuration
        self.logger = logger
        self.now = now
    }

    /// The time at which the certificate in use expires; nil before one was read.
    var expires: Timestamp? { state.withLock { $0.steps?.notAfter } }
    /// The time from which that certificate is valid.
    var begins: Timestamp? { state.withLock { $0.steps?.notBefore } }

    /// Warnings for the operator while everything still works: files that cannot be used, or a certificate that expires soon.
    var notes: [TeleportError] {
        let (current, steps, problem) = state.withLock { ($0.current, $0.steps, $0.problem.last) }
        var notes: [TeleportError] = []
        if var problem {
            problem.words = "the credentials before are kept: \(problem.words)"
            notes.append(problem)
        }
        if let current, let steps, let step = steps.step(at: now()) { notes.append(Self.warning(current, steps, step)) }
        return notes
    }

    /// Returns the credentials for a new connection. They are read from the files. If the files cannot be used, the last good
    /// credentials are returned if they are still valid; otherwise the error of the files is thrown.
    func load() throws(TeleportError) -> TeleportCredentials {
        do throws(TeleportError) {
            let fresh = try read()
            adopt(fresh)
            return fresh
        } catch {
            guard let kept = state.withLock({ $0.current }), (try? kept.makeContext(at: now())) != nil else { throw error }
            report(error)
            return kept
        }
    }

    /// Returns a stream that yields each time that changed credentials have been taken into use from now on. Only the stream of
    /// the latest call is served.
    func changes() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        state.withLock { $0.listener = continuation }
        return stream
    }

    /// Reads the files every ``TeleportConfiguration/refreshInterval`` until the task is cancelled.
    func watch(_ clock: any Clock<Duration>) async {
        while !Task.isCancelled {
            try? await clock.sleep(for: configuration.refreshInterval)
            if !Task.isCancelled { look() }
        }
    }

    /// Reads the files once. It takes changed credentials into use, reports files that cannot be used, and warns of a
    /// certificate that expires soon.
    func look() {
        if configuration.refreshesIdentity {
            do throws(TeleportError) {
                let fresh = try read()
                if adopt(fresh) { state.withLock { _ = $0.listener?.yield() } }
            } catch {
                report(error)
            }
        }
        warn()
    }

    private func read() throws(TeleportError) -> TeleportCredentials {
        let fresh = try TeleportCredentials.load(configuration)
        // Making a context costs far more than reading the files, and those in use were tried when they were taken over.
        if !isInUse(fresh) { _ = try fresh.makeContext(at: now()) }
        return fresh
    }

    /// Whether these credentials are in use, and their certificate is valid now.
    private func isInUse(_ credentials: TeleportCredentials) -> Bool {
        let (current, steps) = state.withLock { ($0.current, $0.steps) }
        guard let current, let steps else { return false }
        return steps.isValid(at: now()) && current.isSame(as: credentials)
    }

    /// Takes credentials into use. Returns whether they differ from those in use before.
    @discardableResult
    private func adopt(_ fresh: TeleportCredentials) -> Bool {
        let certificate = isInUse(fresh) ? nil : try? fresh.certificate()
        let (isChanged, wasBroken) = state.withLock { state in
            let wasBroken = state.problem.clear()
            if let current = state.current, current.isSame(as: fresh) { return (false, wasBroken) }
            defer { state.current = fresh }
            state.steps = certificate.map(ExpirySteps.init)
            return (state.current != nil, wasBroken)
        }
        if isChanged {
            logger.info(
                "The credentials changed: \(fresh.name), good until \(certificate?.notAfter.secondInWords ?? "an unknown time")"
            )
        } else if wasBroken {
            logger.info("The credentials can be read again: \(fresh.name)")
        }
        return isChanged
    }

    private func report(_ error: TeleportError) {
        if state.withLock({ $0.problem.isNews(error) }) { logger.warning("The credentials before are kept: \(error.message)") }
    }

    private func warn() {
        let now = now()
        let news = state.withLock { state -> (TeleportCredentials, ExpirySteps, ExpirySteps.Step)? in
            guard let step = state.steps?.news(at: now), let steps = state.steps, let current = state.current else {
                return nil
            }
            return (current, steps, step)
        }
        guard let (current, steps, step) = news else { return }
        logger.log(level: step == .expired ? .error : .warning, "\(Self.warning(current, steps, step))")
    }

    private static func warning(
        _ current: TeleportCredentials, _ steps: ExpirySteps, _ step: ExpirySteps.Step
    ) -> TeleportError {
        TeleportError(.misconfigured, steps.words(of: current.name, at: step), mend: current.renew, reason: .credentials)
    }
}
