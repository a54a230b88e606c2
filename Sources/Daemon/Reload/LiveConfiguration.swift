import Access
import ActionCrypto
import Base
import CallbackServer
import Logging
import Settings
import Synchronization

/// Reads the configuration again while the plugin runs, and says in the log what became of it.
///
/// ```
/// file ──→ Settings (checked as at the start) ──→ changes ──┬─→ taken over: recipients, approvers, secrets, …
///   └─ a mistake: nothing changes                           └─→ waiting for a restart: addresses, …
/// ```
final class LiveConfiguration: Sendable {
    private struct State {
        /// The settings that were read last without a mistake.
        var accepted: Settings
        /// The settings by which the plugin runs: some values only a restart can change.
        var running: Settings
        /// The settings with the files as the last look found them, if that was a change that is not taken over yet.
        var seen: Settings?
        /// What keeps the files that the settings name from being used.
        var filesProblem = SayOnce<String>()
        var certificateProblem = SayOnce<String>()
    }

    /// The time between the two looks that a changed file takes. Whoever writes a file in pieces mostly needs less for it.
    static let settling = Duration.seconds(1)

    /// Is held during a whole reload, so that there is only one at a time.
    private let state: Mutex<State>
    /// The listener's certificate; nil for plain HTTP.
    private let certificate: ListenerCertificate?
    /// Takes settings into use, or throws and changes nothing.
    private let use: @Sendable (Settings) throws -> Void
    private let logger: Logger

    init(
        _ started: Settings, certificate: ListenerCertificate?, logger: Logger,
        use: @escaping @Sendable (Settings) throws -> Void
    ) {
        self.certificate = certificate
        self.use = use
        self.logger = logger
        state = Mutex(State(accepted: started, running: started))
    }

    /// Reads everything again, because the operator asked for it.
    func reload() {
        state.withLock { state in
            let new: Settings
            do throws(SettingsError) {
                new = try Settings.load(state.accepted.origin.path)
            } catch {
                for problem in error.problems { keep(problem.located(in: error.path)) }
                return
            }
            let http = new.keeping(from: state.running).http
            guard renewCertificate(http, isNamedAnew: http.tls != state.accepted.http.tls) else { return }
            let changes = new.changes(since: state.running)
            guard take(new, changes, &state) else { return }
            for warning in new.warnings where !state.accepted.warnings.contains(warning) {
                logger.warning("\(warning.message)")
            }
            tell(changes)
            (state.accepted, state.seen) = (new, nil)
            state.filesProblem.clear()
            state.certificateProblem.clear()
        }
        warnOfCertificate()
    }

    /// Looks at the files that the configuration names, and takes over what has changed in them. The configuration file itself
    /// is left alone, because it may be half edited. A change of another file counts once two looks have found the same, because
    /// the first may have met a file that is being written.
    ///
    /// - Returns: whether something has changed that is to be looked at again after ``settling``.
    @discardableResult
    func lookAtFiles() -> Bool {
        defer { warnOfCertificate() }
        return state.withLock { state in
            lookAtCertificate(&state)
            let last = state.seen
            state.seen = nil
            do throws(SettingsError) {
                let new = try state.accepted.readingFilesAgain()
                if state.filesProblem.clear() { logger.info("The files that the configuration names can be used again") }
                let changes = new.changes(since: state.running)
                guard !changes.taken.isEmpty else { return false }
                guard let last, new.changes(since: last).taken.isEmpty else {
                    state.seen = new
                    return true
                }
                guard take(new, changes, &state) else { return false }
                state.accepted = new
                logger.info("Took over what changed in the files of \(changes.taken.joined(separator: ", "))")
            } catch {
                guard state.filesProblem.isNews("\(error)") else { return false }
                for problem in error.problems {
                    logger.warning("Kept what the files held before: \(problem.located(in: error.path).message)")
                }
            }
            return false
        }
    }

    private func take(_ new: Settings, _ changes: SettingsChanges, _ state: inout State) -> Bool {
        // What clicks need of Teleport is kept while the buttons wait for a restart, and taken once the file agrees about them.
        let (wanted, last) = (new.approvals.hasButtons, state.accepted.approvals.hasButtons)
        let agreesAgain = wanted != last && wanted == state.running.approvals.hasButtons
        guard !changes.taken.isEmpty || agreesAgain else { return true }
        let settings = new.keeping(from: state.running)
        do {
            try use(settings)
            state.running = settings
            return true
        } catch {
            keep(error)
            return false
        }
    }

    private func tell(_ changes: SettingsChanges) {
        if changes.taken.isEmpty, changes.waiting.isEmpty {
            logger.info("The configuration has not changed")
        } else if !changes.taken.isEmpty {
            logger.info("Took over the changed configuration: \(changes.taken.joined(separator: ", "))")
        }
        if !changes.waiting.isEmpty {
            logger.warning(
                "These changes of the configuration take effect only after a restart: \(changes.waiting.joined(separator: ", "))"
            )
        }
    }

    private func keep(_ error: any Error) {
        logger.error("Kept the configuration as it was: \((error as? any OperatorError)?.message ?? "\(error)")")
    }
}

// MARK: - The certificate

extension LiveConfiguration {
    /// Logs that the listener's certificate expires soon, or has expired.
    func warnOfCertificate() {
        guard let warning = certificate?.warning(at: .now) else { return }
        logger.warning("\(warning.message)")
    }

    /// Reads the certificate again and serves it. A broken one that the configuration named before does not hold up the rest.
    /// Returns false if the configuration names another one that cannot be served.
    private func renewCertificate(_ settings: Settings.HTTP, isNamedAnew: Bool) -> Bool {
        guard let certificate, settings.tls != nil || isNamedAnew else { return true }
        do {
            try certificate.replace(with: ListenerIdentity.load(settings, logger: logger))
            logger.info("Read the HTTPS certificate anew")
        } catch {
            if isNamedAnew {
                keep(error)
                return false
            }
            logger.error("Kept the old HTTPS certificate: \(error)")
        }
        return true
    }

    private func lookAtCertificate(_ state: inout State) {
        guard let certificate, state.accepted.http.tls != nil else { return }
        do {
            var settings = state.running.http
            settings.tls = state.accepted.http.tls
            let identity = try ListenerIdentity.load(settings, served: certificate.identity, logger: logger)
            if try certificate.replace(with: identity) {
                logger.info("The HTTPS certificate has changed; new connections get the new one")
            }
            state.certificateProblem.clear()
        } catch {
            guard state.certificateProblem.isNews("\(error)") else { return }
            logger.warning("Kept the old HTTPS certificate: \(error)")
        }
    }
}
