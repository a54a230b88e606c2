import Access
import ActionCrypto
import Base
import CallbackServer
import CircuitBreakers
import Clicks
import Log
import Logging
import Mattermost
import NIOPosix
import Posts
import ServiceLifecycle
import Settings
import UnixSignals
import Watcher

/// The running plugin: the one place where the parts are put together.
struct Daemon: Sendable {
    let settings: Settings
    private let failsFast: Bool
    private let isPlainHTTP: Bool
    let logger: Logger
    private let destination: LogDestination
    private let auditFile: LogDestination?
    let audit: AuditLog
    let teleport: TeleportClient
    let chat: MattermostClient
    let circuits: Circuits
    let elapsed: @Sendable () -> Duration
    /// The calls to Mattermost, by which the watchdog sees that they are made.
    let pulse: Pulse
    let signer: ActionSigner
    let tls: ListenerCertificate?

    /// Reads everything that the settings name, so that errors are reported before anything runs.
    /// - Throws: `StartError` for what the configuration must correct, or `NotThereYet`.
    init(_ settings: Settings, debug: Bool, isPlainHTTP: Bool, failsFast: Bool) throws {
        self.settings = settings
        self.failsFast = failsFast
        self.isPlainHTTP = isPlainHTTP
        destination = try Self.open(settings.log.output)
        do {
            auditFile = try settings.audit.file.map { (path) throws(LogDestination.OpenError) in try .file(path, for: .audit) }
        } catch {
            throw StartError(error)
        }
        let level = debug ? Logger.Level.debug : settings.log.severity
        let format = settings.log.format
        var logger = Logger(label: "teleport-mattermost") { [destination] _ in
            switch format {
            case .text: TextLogHandler(level: level, destination: destination)
            case .json: JSONLogHandler(level: level, destination: destination)
            }
        }
        logger.logLevel = level
        self.logger = logger
        audit = AuditLog(logger: logger, file: Self.writer(auditFile))
        auditFile?.onTrouble { [logger] in logger.log(level: $0.isOver ? .warning : .error, "\($0.words)") }
        if debug { logger.debug("DEBUG logging enabled") }
        logger.info("Starting Teleport Access Mattermost Bot \(Version.number): \(BuildInfo.gitRef)")
        for warning in settings.warnings { logger.warning("\(warning.message)") }
        do {
            _ = try TeleportCredentials.load(settings.teleport)
        } catch {
            throw NotThereYet(error: error)
        }
        let start = ContinuousClock.now
        elapsed = { ContinuousClock.now - start }
        circuits = Circuits(logger: logger, elapsed: elapsed)
        pulse = Pulse(elapsed: elapsed)
        let interceptors = Self.interceptors(circuits, pulse)
        do {
            signer = try settings.signer()
            chat = try MattermostClient(
                .init(url: settings.mattermost.url, token: settings.mattermost.token), interceptors: interceptors.chat)
            tls = isPlainHTTP ? nil : try ListenerCertificate(ListenerIdentity.load(settings.http, logger: logger))
        } catch {
            throw StartError(error)
        }
        teleport = TeleportClient(configuration: settings.teleport, logger: logger, interceptors: interceptors.teleport)
    }

    /// Returns the interceptors that run around every call: the circuits, the pulse of the calls to Mattermost and, in debug
    /// builds for tests of crashes, a kill point.
    private static func interceptors(
        _ circuits: Circuits, _ pulse: Pulse
    ) -> (teleport: CallInterceptors<TeleportError>, chat: CallInterceptors<MattermostError>) {
        #if DEBUG
            if let point = KillPoint.fromEnvironment() {
                return (
                    CallInterceptors([circuits.teleport, KillPointInterceptor(point: point)]),
                    CallInterceptors([circuits.chat, PulseInterceptor(pulse: pulse), KillPointInterceptor(point: point)])
                )
            }
        #endif
        return (CallInterceptors([circuits.teleport]), CallInterceptors([circuits.chat, PulseInterceptor(pulse: pulse)]))
    }

    private static func writer(_ file: LogDestination?) -> (@Sendable (String) -> Void)? {
        guard let file else { return nil }
        return { file.write($0) }
    }

    private static func open(_ output: Settings.Log.Output) throws -> LogDestination {
        do {
            return switch output {
            case .stderr: .standardError
            case .stdout: .standardOutput
            case .file(let path): try .file(path)
            }
        } catch {
            throw StartError(error)
        }
    }

    func run() async throws {
        let health = Health()
        let parts = makeParts(health)
        let reconciler = Reconciler(parts.posts, health: health)
        let sweeper = Sweeper(parts.posts, reconciler)
        let retryEverything: @Sendable () -> Void = {
            reconciler.retryAll()
            sweeper.sweepSoon()
            parts.rules?.refreshSoon()
        }
        parts.rules?.onChange { sweeper.sweepSoon() }
        circuits.onRecovery(retryEverything)
        let watcher = WatcherService(client: teleport, logger: logger, watchesRules: parts.rules != nil) { event in
            switch event {
            case .connected:
                health.set(.teleport, problem: nil)
                circuits.teleport.reset()
                parts.rules?.refreshSoon()
                sweeper.sweepSoon()
            case .changed(let id, let isResolved): reconciler.sawChange(of: id, isResolved: isResolved)
            case .deleted(let id): reconciler.sawDeletion(of: id)
            case .rulesChanged: parts.rules?.refreshSoon()
            case .disconnected(let error): health.set(.teleport, problem: error)
            }
        }
        // Services are stopped in the reverse order: the listener takes no new clicks and finishes those in flight, then the
        // posts being made are finished, then the connection to Teleport is closed.
        var services: [any Service] = [
            reload, AuditCounts(audit: audit, now: now), watcher,
            HealthCheck(parts.posts, breaker: circuits.chat, health: health, recovered: retryEverything), reconciler, sweeper,
        ]
        if let rules = parts.rules { services.append(rules) }
        let proofs = makeProofs(health)
        if let proofs { services.append(proofs.keys) }
        let clicks = ClickService(parts.clicks, proofs: proofs, lookAgain: { reconciler.look(at: $0) })
        let started = Once<Void>()
        let listener = makeListener(clicks, health, started: started)
        services.append(
            settings.http.isNeeded
                ? listener : ProbeListener(server: listener, logger: logger, failed: { started.give(()) }))
        if failsFast { services.append(FailFast(health)) }
        services += supervision(health, started: started)
        var configuration = ServiceGroupConfiguration(
            services: services,
            gracefulShutdownSignals: [.sigterm, .sigint], logger: Logger(label: "lifecycle") { _ in SwiftLogNoOpLogHandler() })
        configuration.maximumGracefulShutdownDuration = .seconds(12)
        configuration.maximumCancellationDuration = .seconds(2)
        defer { chat.shutdown() }
        try await ServiceGroup(configuration: configuration).run()
        audit.writeCounts(at: now(), isLast: true)
        logger.info("Stopped")
    }

    /// The destinations of the log and of the audit file.
    var logFiles: [LogDestination] { [destination, auditFile].compactMap(\.self) }

    private var reload: Reload {
        var renewal: (@Sendable () throws -> Void)?
        if let tls, settings.http.tls != nil {
            renewal = { [settings, logger] in try tls.replace(with: ListenerIdentity.load(settings.http, logger: logger)) }
        }
        return Reload(logFiles, renewCertificate: renewal, logger: logger)
    }

    /// Makes the verifier of the proofs of who clicked; nil if the configuration requires no proof.
    private func makeProofs(_ health: Health) -> ProofVerifier? {
        guard settings.approvals.requiresClickerProof, settings.approvals.hasButtons else { return nil }
        let keys = ClickerKeys(
            server: "\(settings.mattermost.url)", health: health, logger: logger, elapsed: elapsed
        ) { [chat] () throws(MattermostError) in
            // A click may wait for the key, so it is asked for during an outage too.
            try await CircuitBypass.run { () throws(MattermostError) in try await chat.clickerKey() }
        }
        return ProofVerifier(
            keys: keys,
            seen: SeenProofs(
                keep: settings.approvals.hasDialogs ? SeenProofs.keepWithDialogs : SeenProofs.keep, elapsed: elapsed
            ), now: now, elapsed: elapsed)
    }

    /// The time by Mattermost's clock. It is used because all replicas share it, Mattermost signs its proofs with it, and posts
    /// have its times.
    var now: @Sendable () -> Timestamp {
        { [chat] in Timestamp.now.advanced(by: chat.clockDifference) }
    }
}
