import Access
import ActionCrypto
import CallbackServer
import Logging
import Mattermost
import NIOPosix
import ServiceLifecycle
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
    private let chat: MattermostClient
    let signer: ActionSigner
    let tls: ListenerCertificate?

    /// Reads everything that the settings name, so that what is wrong is said before anything runs.
    init(_ settings: Settings, debug: Bool, isPlainHTTP: Bool, failsFast: Bool) throws {
        self.settings = settings
        self.failsFast = failsFast
        self.isPlainHTTP = isPlainHTTP
        destination = try Self.open(settings.log.output)
        do {
            auditFile = try settings.auditFile.map { (path) throws(LogDestination.OpenError) in try .file(path, for: .audit) }
        } catch {
            throw StartError("\(error)")
        }
        let level = debug ? Logger.Level.debug : settings.log.severity
        var logger = Logger(label: "teleport-mattermost") { [destination] _ in
            TextLogHandler(level: level, destination: destination)
        }
        logger.logLevel = level
        self.logger = logger
        audit = AuditLog(logger: logger, file: auditFile)
        auditFile?.onTrouble { [logger] in logger.log(level: $0.isOver ? .warning : .error, "\($0.words)") }
        if debug { logger.debug("DEBUG logging enabled") }
        logger.info("Starting Teleport Access Mattermost Bot \(Version.number): \(BuildInfo.gitRef)")
        for warning in settings.warnings { logger.warning("\(warning)") }
        do {
            _ = try TeleportCredentials.load(settings.teleport)
        } catch {
            throw NotThereYet(description: "\(error)")
        }
        do {
            signer = try settings.signer()
            chat = try MattermostClient(.init(url: settings.mattermost.url, token: settings.mattermost.token))
            tls = isPlainHTTP ? nil : try ListenerCertificate(ListenerIdentity.load(settings.http, logger: logger))
        } catch {
            throw StartError("\(error)")
        }
        teleport = TeleportClient(configuration: settings.teleport, logger: logger)
    }

    private static func open(_ output: Settings.Log.Output) throws -> LogDestination {
        do {
            return switch output {
            case .stderr: .standardError
            case .stdout: .standardOutput
            case .file(let path): try .file(path)
            }
        } catch {
            throw StartError("\(error)")
        }
    }

    func run() async throws {
        let health = Health()
        let environment = makeEnvironment()
        let reconciler = Reconciler(environment, health: health)
        let sweeper = Sweeper(environment, reconciler)
        let desk = ClickDesk(environment, reconciler)
        environment.circuits.onRecovery {
            reconciler.retryAll()
            sweeper.sweepSoon()
        }
        let watcher = WatcherService(client: teleport, logger: logger) { event in
            switch event {
            case .connected:
                health.set(.teleport, problem: nil)
                environment.circuits.teleport.reset()
                sweeper.sweepSoon()
            case .changed(let id): reconciler.look(at: id)
            case .deleted(let id): reconciler.sawDeletion(of: id)
            case .disconnected(let reason): health.set(.teleport, problem: reason)
            }
        }
        // Stopped in the reverse order: no new clicks, the clicks in flight, the posts being made, then the connection.
        var services: [any Service] = [
            reload, ResidentTrim(clock: .continuous), AuditCounts(audit: audit, now: now), watcher,
            HealthCheck(
                environment, health: health,
                recovered: {
                    reconciler.retryAll()
                    sweeper.sweepSoon()
                }), reconciler, sweeper, desk,
        ]
        let proofs = makeProofs(environment, health)
        if let proofs { services.append(proofs.keys) }
        let listener = makeListener(desk, proofs, health, environment.circuits)
        services.append(settings.http.isNeeded ? listener : ProbeListener(server: listener, logger: logger))
        if failsFast { services.append(FailFast(health)) }
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

    /// Of log and audit.
    var logFiles: [LogDestination] { [destination, auditFile].compactMap(\.self) }

    private var reload: Reload {
        var renewal: (@Sendable () throws -> Void)?
        if let tls, settings.http.tls != nil {
            renewal = { [settings, logger] in try tls.replace(with: ListenerIdentity.load(settings.http, logger: logger)) }
        }
        return Reload(logFiles, renewCertificate: renewal, logger: logger)
    }

    /// Nil where nothing has to be proven.
    private func makeProofs(_ environment: Environment, _ health: Health) -> ProofDesk? {
        guard settings.approvals.requiresClickerProof, settings.approvals.hasButtons else { return nil }
        let keys = ClickerKeys(
            server: "\(settings.mattermost.url)", health: health, logger: logger, elapsed: environment.elapsed
        ) { [chat] () throws(MattermostError) in try await chat.clickerKey() }
        return ProofDesk(
            keys: keys,
            seen: SeenProofs(
                keep: settings.approvals.hasDialogs ? SeenProofs.keepWithDialogs : SeenProofs.keep, elapsed: environment.elapsed
            ), now: environment.now, elapsed: environment.elapsed)
    }

    /// The time by Mattermost's clock, which all replicas share: it signs the proofs, and posts have its times.
    var now: @Sendable () -> Timestamp {
        { [chat] in Timestamp.now.advanced(by: chat.clockDifference) }
    }

    private func makeEnvironment() -> Environment {
        let start = ContinuousClock.now
        let (teleport, chat) = ports
        var environment = Environment(
            teleport: teleport, chat: chat, rules: settings.mattermost.recipients, buttons: buttons, replica: Replica.newName(),
            logger: logger, now: now, elapsed: { ContinuousClock.now - start })
        environment.policy = settings.approvals.policy
        environment.method = settings.approvals.method
        environment.reasons = Reasons(
            ask: settings.approvals.askReason, confirm: settings.approvals.confirm, url: settings.http.dialogURL ?? "",
            seal: { [signer] in try signer.seal($0) })
        environment.messages = settings.messages
        environment.remindsBefore = settings.remindsBefore
        environment.notifiesRequester = settings.notifiesRequester
        environment.audit = audit
        environment.rendering = Rendering(fingerprint: fingerprint, since: environment.now())
        return environment
    }

    /// A digest of all that posts are made with besides their requests: when it changes, open posts are made anew.
    private var fingerprint: String {
        let parts = [
            "3", settings.http.callbackURL ?? "", settings.approvals.hasButtons ? signer.keyID : "",
            settings.messages.postFingerprint,
        ]
        let bytes = parts.flatMap { [UInt8]("\($0.utf8.count):\($0)".utf8) }
        // Without a digest every process makes the posts anew, which is right, if costly.
        let digest = (try? SHA256.hash(bytes)) ?? [UInt8](Replica.newName().utf8)
        return digest.prefix(8).map { Base16.text(of: $0) }.joined()
    }

    /// Nil where people decide in Teleport only.
    private var buttons: ButtonMaker? {
        guard settings.approvals.hasButtons, let callbackURL = settings.http.callbackURL else { return nil }
        return ButtonMaker(
            callbackURL: callbackURL, sign: SignedContext(signer: signer, teleport: teleport, logger: logger).make)
    }

    private var ports: (any AccessService, any ChatService) {
        #if DEBUG
            if let point = KillPoint.fromEnvironment() {
                return (KillingTeleport(teleport: teleport, point: point), KillingChat(chat: chat, point: point))
            }
        #endif
        return (teleport, chat)
    }
}
