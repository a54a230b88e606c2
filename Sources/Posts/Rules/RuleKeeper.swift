package import Access
package import Logging
import MonitoringRules
import ServiceLifecycle
import Synchronization

/// Keeps the access monitoring rules of Teleport. It reads them when the connection begins, when the watch tells of a change, and
/// every ten minutes. If they cannot be read, the last known ones stay in use. While none are known, no request is posted,
/// because a rule may keep it from those who are told otherwise.
package final class RuleKeeper: Service {
    private static let interval = Duration.seconds(600)
    private static let retries = Duration.seconds(5)...Duration.seconds(60)
    /// The longest time that a request waits for the first answer. The call that brings it has a shorter limit of its own.
    private static let firstWait = Duration.seconds(15)
    /// The largest number of recipients that the health check looks up.
    package static let namedLimit = 200

    struct State {
        var rules: [MonitoringRule] = []
        var book = RuleBook.empty
        /// The time of the last answer with rules.
        var readAt: Timestamp?
        /// Whether the server has told the rules, that it has none, or that the role may not read any.
        var isKnown = false
        /// The number of attempts to read the rules.
        var attempts = 0
        /// The last problem with reading the rules, and the last denial of users' traits, so that each is logged once.
        var failure = SayOnce<TeleportError>()
        var denial = SayOnce<TeleportError>()
    }

    let logger: Logger
    let lookUps: RuleLookUps
    let observe: Happening.Observe
    let state = Mutex(State())
    private let service: any RuleService
    private let zone: @Sendable (String) -> ZoneClock?
    private let health: Health
    private let clock: any Clock<Duration>
    private let now: @Sendable () -> Timestamp
    /// Given once the rules are known for the first time, see ``State/isKnown``.
    private let answered = Once<Void>()
    private let changed = Mutex<(@Sendable () -> Void)?>(nil)
    private let triggers: AsyncStream<Void>
    private let trigger: AsyncStream<Void>.Continuation

    /// - Parameters:
    ///   - zone: finds a time zone by its IANA name; nil if there is none of this name.
    ///   - now: returns the time of this machine, for the time of the last answer.
    package init(
        _ service: any RuleService, zone: @escaping @Sendable (String) -> ZoneClock?, health: Health, logger: Logger,
        clock: any Clock<Duration> = .continuous, now: @escaping @Sendable () -> Timestamp = { .now },
        observe: @escaping Happening.Observe = Happening.unobserved
    ) {
        self.service = service
        self.zone = zone
        self.health = health
        self.logger = logger
        self.clock = clock
        self.now = now
        self.observe = observe
        lookUps = RuleLookUps(service)
        (triggers, trigger) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Sets the action that is called when the rules have changed, because requests that were not posted may be posted now.
    package func onChange(_ action: @escaping @Sendable () -> Void) { changed.withLock { $0 = action } }

    /// Asks for the rules to be read. Several calls while they are read cause only one more.
    package func refreshSoon() { trigger.yield() }

    /// Reads the rules whenever that is asked for, until the task is cancelled or a graceful shutdown begins.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    while (try? await self.clock.sleep(for: Self.interval)) != nil { self.trigger.yield() }
                }
                group.addTask { await self.refreshWhenAsked() }
                await group.next()
                group.cancelAll()
            }
        }
    }

    /// Reads the rules whenever that is asked for, and after a failure also by itself after a pause.
    private func refreshWhenAsked() async {
        await withDiscardingTaskGroup { group in
            var backoff = Backoff(Self.retries)
            for await _ in triggers {
                let attempt = state.withLock { state in
                    state.attempts += 1
                    return state.attempts
                }
                guard !(await refresh()) else {
                    backoff.reset()
                    continue
                }
                let pause = backoff.next()
                group.addTask { await self.retry(attempt, after: pause) }
            }
        }
    }

    /// Asks for the rules to be read again, unless another attempt has been made meanwhile.
    private func retry(_ attempt: Int, after pause: Duration) async {
        guard (try? await clock.sleep(for: pause)) != nil, state.withLock({ $0.attempts }) == attempt else { return }
        trigger.yield()
    }

    /// The recipients that the known rules name, each once.
    package var named: [String] {
        var seen: Set<String> = []
        let names = state.withLock { $0.book }.entries.flatMap(\.rule.recipients)
        return Array(names.filter { seen.insert($0).inserted }.prefix(Self.namedLimit))
    }

    /// What the metrics tell of the rules.
    package struct Figures: Equatable, Sendable {
        /// The numbers of known rules that can be used, and of those that cannot.
        package var usable: Int, skipped: Int
        /// The time at which Teleport last told its rules; nil if it has not yet.
        package var readAt: Timestamp?
    }

    package var figures: Figures {
        state.withLock { state in
            let skipped = state.book.entries.count { $0.fault != nil }
            return Figures(usable: state.book.entries.count - skipped, skipped: skipped, readAt: state.readAt)
        }
    }

    /// Returns the known rules, and waits for the first answer of the server.
    func book() async throws(TeleportError) -> RuleBook {
        guard await answered.value(within: Self.firstWait, clock) != nil else {
            let failure = state.withLock { $0.failure.last }
            let reason = failure.map { ": \($0.words)" } ?? ""
            throw TeleportError(.unavailable, "the access monitoring rules are not known yet\(reason)", mend: failure?.mend)
        }
        return state.withLock { $0.book }
    }

    // MARK: - Reading the rules

    /// Reads the rules. Returns whether nothing is left to do until the next trigger.
    func refresh() async -> Bool {
        do {
            learn(try await service.monitoringRules())
            return true
        } catch {
            return failed(error)
        }
    }

    private func learn(_ answer: [MonitoringRule]?) {
        let rules = (answer ?? []).filter(\.notifies).sorted { $0.name < $1.name }
        let (known, wasKnown, wasIll) = state.withLock { state in
            state.readAt = now()
            return (state.rules, state.isKnown, state.failure.clear())
        }
        if answer == nil { logger.debug("Teleport is too old for access monitoring rules") }
        if wasIll { logger.info("The access monitoring rules can be read again") }
        if rules != known {
            // Rules are parsed outside the lock, because that may take a while.
            let book = RuleBook(rules, zone: zone)
            state.withLock { ($0.rules, $0.book) = (rules, book) }
            logger.info("Access monitoring rules that name this plugin: \(rules.count)")
            for (rule, fault) in book.faults { logger.warning("\(Self.skipped(rule, fault).message)") }
        }
        showHealth()
        becomeKnown()
        // Requests may have been waiting for the end of a failure.
        if rules != known || wasIll && !wasKnown { changed.withLock { $0 }?() }
    }

    private func failed(_ error: TeleportError) -> Bool {
        // The plugin is ending, and the error says nothing about the server.
        guard error.code != .cancelled else { return false }
        let isDenied = error.code == .permissionDenied
        let (isNews, hasRules, isKnown) = state.withLock { ($0.failure.isNews(error), !$0.rules.isEmpty, $0.isKnown) }
        if isNews {
            let use = hasRules ? "the last known ones are used" : isKnown || isDenied ? "none are used" : Self.unknown
            // A role that was never allowed to read rules belongs to an operator who does not use them.
            let level: Logger.Level = isDenied && !hasRules ? .info : .warning
            logger.log(level: level, "The access monitoring rules cannot be read, so \(use): \(error.message)")
        }
        if isDenied { becomeKnown() }
        showHealth()
        return isDenied
    }

    private static let unknown = "no request is posted until they can be"

    private func becomeKnown() {
        state.withLock { $0.isKnown = true }
        answered.give(())
    }

    static func skipped(_ rule: String, _ fault: RuleFault) -> Notice {
        Notice(
            "The access monitoring rule \(OneLine.bounded(rule, 64).debugDescription) is skipped: \(OneLine.bounded(fault.words)).",
            mend: "Mend it: tctl edit access_monitoring_rule.")
    }

    /// Shows in the health what a person should see to. A role that never allowed to read rules is no such thing.
    func showHealth() {
        let (failure, denial, faults, hasRules, isKnown) = state.withLock {
            ($0.failure.last, $0.denial.last, $0.book.faults, !$0.rules.isEmpty, $0.isKnown)
        }
        let isQuiet = failure?.code == .permissionDenied && !hasRules
        let fault = faults.first.map { Self.skipped($0.rule, $0.fault) as any OperatorError }
        let skipped = fault.map { faults.count > 1 ? SharedError($0, others: faults.count - 1, of: "rules") : $0 }
        let effect = isKnown ? "" : ", and \(Self.unknown)"
        let outdated = failure.flatMap { isQuiet ? nil : Notice("they cannot be read\(effect): \($0.words)", mend: $0.mend) }
        health.set(.rules, note: outdated ?? denial ?? skipped)
    }
}
