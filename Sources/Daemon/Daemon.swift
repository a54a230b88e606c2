import Access
import ActionCrypto
import Base
import CallbackServer
import CircuitBreakers
import Clicks
import Glibc
import Log
import Logging
import Mattermost
import Posts
import ServiceLifecycle
import Settings
import Telemetry
import Watcher

/// The running plugin: the one place where the parts are put together.
struct Daemon: Sendable {
    let settings: Settings
    private let failsFast: Bool
    private let isPlainHTTP: Bool
    let logger: Logger
    /// From which severity on lines are logged, and in which form.
    let logStyle: Live<LogStyle>
    /// Whether the command line asks for everything to be logged.
    let isDebugging: Bool
    private let destination: LogDestination
    private let auditFile: LogDestination?
    let audit: AuditLog
    let teleport: TeleportClient
    let chat: MattermostClient
    let circuits: Circuits
    let telemetry = Telemetry()
    let elapsed: @Sendable () -> Duration
    /// The clock by which everything waits.
    let clock = Threads.shared.clock
    /// The calls to Mattermost, by which the watchdog sees that they are made.
    let pulse: Pulse
    let signer: Live<ActionSigner>
    /// Tells from whom the listener takes clicks and dialogs.
    let admission: Live<CallbackServer.Admission>
    let lasting = LastingParts()
    /// Gives memory back after a burst of posts or of requests to the callback.
    let trim: MemoryTrim
    /// The socket that systemd has opened for the listener; nil if the plugin listens by itself.
    let inheritedSocket: Int32?
    let tls: ListenerCertificate?

    /// Reads everything that the settings name, so that errors are reported before anything runs.
    /// - Throws: `StartError` for what the configuration must correct, or `NotThereYet`.
    init(_ settings: Settings, debug: Bool, isPlainHTTP: Bool, failsFast: Bool) throws {
        self.settings = settings
        self.failsFast = failsFast
        self.isPlainHTTP = isPlainHTTP
        admission = Live(CallbackServer.Admission(settings.http))
        inheritedSocket = try InheritedSocket.find(
            count: Self.variable("LISTEN_FDS"), process: Self.variable("LISTEN_PID"))
        destination = try Self.open(settings.log.output)
        do {
            auditFile = try settings.audit.file.map { (path) throws(LogDestination.OpenError) in try .file(path, for: .audit) }
        } catch {
            throw StartError(error)
        }
        isDebugging = debug
        logStyle = Live(LogStyle(settings.log, debug: debug))
        logger = Logger(label: "teleport-mattermost") { [destination, logStyle] _ in
            LiveLogHandler(logStyle, destination: destination)
        }
        audit = AuditLog(logger: logger, file: Self.writer(auditFile), observe: telemetry.observe)
        auditFile?.onTrouble { [logger] in logger.log(level: $0.isOver ? .warning : .error, "\($0.words)") }
        if debug { logger.debug("DEBUG logging enabled") }
        logger.info("Starting Teleport Access Mattermost Bot \(Version.number): \(BuildInfo.gitRef)")
        for (server, words) in settings.proxies { logger.info("\(server) is reached through the proxy \(words)") }
        for warning in settings.warnings { logger.warning("\(warning.message)") }
        do {
            _ = try TeleportCredentials.load(settings.teleport)
        } catch {
            throw NotThereYet(error: error)
        }
        let start = ContinuousClock.now
        elapsed = { ContinuousClock.now - start }
        trim = MemoryTrim(clock: clock)
        circuits = Circuits(logger: logger, elapsed: elapsed)
        pulse = Pulse(elapsed: elapsed)
        let interceptors = Self.interceptors(circuits, pulse, telemetry)
        do {
            signer = Live(try settings.signer())
            chat = try MattermostClient(settings.mattermost.client, interceptors: interceptors.chat)
            tls = isPlainHTTP ? nil : try ListenerCertificate(ListenerIdentity.load(settings.http, logger: logger))
        } catch {
            throw StartError(error)
        }
        teleport = TeleportClient(
            configuration: settings.teleport, logger: logger, group: Threads.shared.working, clock: clock,
            interceptors: interceptors.teleport)
    }

    /// Returns the interceptors that run around every call: the circuits, the pulse of the calls to Mattermost, the measurement
    /// of the calls and, in debug builds for tests of crashes, a kill point.
    private static func interceptors(
        _ circuits: Circuits, _ pulse: Pulse, _ telemetry: Telemetry
    ) -> (teleport: CallInterceptors<TeleportError>, chat: CallInterceptors<MattermostError>) {
        var teleport: [any CallInterceptor<TeleportError>] = [circuits.teleport, telemetry.teleportCalls]
        var chat: [any CallInterceptor<MattermostError>] = [
            circuits.chat, PulseInterceptor(pulse: pulse), telemetry.chatCalls,
        ]
        #if DEBUG
            if let point = KillPoint.fromEnvironment() {
                teleport.append(KillPointInterceptor(point: point))
                chat.append(KillPointInterceptor(point: point))
            }
        #endif
        return (CallInterceptors(teleport), CallInterceptors(chat))
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
        let health = Health(observe: telemetry.observe)
        let rules = makeRules(health)
        let parts = LiveParts(makeParts(settings, signer: signer.current, rules: rules))
        let reconciler = Reconciler(parts.posts, health: health, clock: clock)
        let sweeper = Sweeper(parts.posts, reconciler, clock: clock)
        let retryEverything: @Sendable () -> Void = {
            reconciler.retryAll()
            sweeper.sweepSoon()
            rules?.refreshSoon()
        }
        rules?.onChange { sweeper.sweepSoon() }
        circuits.onRecovery(retryEverything)
        let listReminders =
            settings.accessLists.reminders ? AccessListReminders(parts.posts, lists: teleport, clock: clock) : nil
        let watcher = WatcherService(client: teleport, logger: logger, watchesRules: rules != nil) { event in
            if let happening = Happening(event) { telemetry.observe(happening) }
            switch event {
            case .connected:
                health.set(.teleport, problem: nil)
                circuits.teleport.reset()
                rules?.refreshSoon()
                sweeper.sweepSoon()
                listReminders?.connected()
            case .changed(let id, let state): reconciler.sawChange(of: id, to: state)
            case .deleted(let id): reconciler.sawDeletion(of: id)
            case .rulesChanged: rules?.refreshSoon()
            case .disconnected(let error): health.set(.teleport, problem: error)
            }
        }
        // Services are stopped in the reverse order: the listener takes no new clicks and finishes those in flight, then the
        // posts being made are finished, then the connection to Teleport is closed.
        let proofs = makeProofs(health)
        var services: [any Service] = [
            makeReload(parts, rules: rules, proofs: proofs, lookAgain: retryEverything),
            AuditCounts(audit: audit, now: now, clock: clock), watcher,
            HealthCheck(parts.posts, breaker: circuits.chat, health: health, clock: clock, recovered: retryEverything),
            reconciler, sweeper,
        ]
        if let listReminders { services.append(listReminders) }
        if let rules { services.append(rules) }
        if let proofs { services.append(proofs.keys) }
        let clicks = ClickService(parts.clicks, proofs: proofs, clock: clock, tell: reconciler.sawClick)
        let started = Once<Void>()
        let listener = makeListener(clicks, health, started: started)
        services.append(
            settings.http.isNeeded
                ? listener : ProbeListener(server: listener, logger: logger, failed: { started.give(()) }))
        services += diagnostics(health, parts.posts, reconciler, rules)
        if failsFast { services.append(FailFast(health)) }
        services += supervision(health, started: started)
        // Without a name the group would print each service with all that it holds, which took a sixth of the start.
        var configuration = ServiceGroupConfiguration(
            services: services.map { .init(service: $0, serviceName: "\(type(of: $0))") },
            logger: Logger(label: "lifecycle") { _ in SwiftLogNoOpLogHandler() })
        configuration.maximumGracefulShutdownDuration = .seconds(12)
        configuration.maximumCancellationDuration = .seconds(2)
        defer { chat.shutdown() }
        try await Self.run(ServiceGroup(configuration: configuration))
        audit.writeCounts(at: now(), isLast: true)
        logger.info("Stopped")
    }

    /// Runs the services until one of them fails, or a signal stops them.
    private static func run(_ services: ServiceGroup) async throws {
        try await withThrowingTaskGroup { group in
            group.addTask {
                for await _ in Signals.stream(of: SIGTERM, SIGINT) { await services.triggerGracefulShutdown() }
            }
            defer { group.cancelAll() }
            try await services.run()
        }
    }

    /// The destinations of the log and of the audit file.
    var logFiles: [LogDestination] { [destination, auditFile].compactMap(\.self) }

    /// Makes the verifier of the proofs of who clicked; nil if the configuration requires no proof.
    private func makeProofs(_ health: Health) -> ProofVerifier? {
        guard settings.approvals.requiresClickerProof, settings.approvals.hasButtons else { return nil }
        let keys = ClickerKeys(
            server: "\(settings.mattermost.url)", health: health, logger: logger, elapsed: elapsed, clock: clock
        ) { [chat] () throws(MattermostError) in
            // A click may wait for the key, so it is asked for during an outage too.
            try await CircuitBypass.run { () throws(MattermostError) in try await chat.clickerKey() }
        }
        return ProofVerifier(
            keys: keys,
            seen: SeenProofs(keep: Self.keepProofs(settings.approvals), elapsed: elapsed), now: now, elapsed: elapsed)
    }

    /// The time by Mattermost's clock. It is used because all replicas share it, Mattermost signs its proofs with it, and posts
    /// have its times.
    var now: @Sendable () -> Timestamp {
        { [chat] in Timestamp.now.advanced(by: chat.clockDifference) }
    }
}
