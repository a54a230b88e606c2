import Access
import ActionCrypto
import CircuitBreakers
import Clicks
import Logging
import Posts

/// One process of the plugin: the real services over the simulated servers. It can be killed, frozen and started again.
final class SimulatedReplica: @unchecked Sendable {
    let machine: Machine
    private(set) var isAlive = true
    /// Whether the process is of an older version, which knows fewer fields of the record.
    let isOlder: Bool
    let clock: ReplicaClock
    let begun: Duration
    private let reconciler: Reconciler
    private let sweeper: Sweeper
    private let clicks: ClickService
    private let keys: ClickerKeys
    private let circuits: Circuits
    private let reports: TeleportWire.Reports
    private var tasks: [Task<Void, Never>] = []
    unowned let world: World

    /// The fields that the version before them neither wrote nor read.
    private static let newFields: Set = [
        PluginRecord.Key.claimSince, PluginRecord.Key.claimChannels, PluginRecord.Key.behind, PluginRecord.Key.rendered,
        PluginRecord.Key.refreshedAt,
    ]

    init(_ name: String, _ world: World, configuration: Int, isOlder: Bool) {
        self.world = world
        self.isOlder = isOlder
        let scheduler = world.scheduler
        begun = scheduler.now
        machine = Machine(name, scheduler)
        let choices = scheduler.choices
        let most = Int(world.plan.skew / .milliseconds(1))
        let clock = ReplicaClock(
            scheduler, difference: .milliseconds(choices.below(2 * most + 1) - most),
            drift: choices.below(2 * world.plan.drift + 1) - world.plan.drift)
        self.clock = clock
        let timers = SimulatedClock(scheduler: scheduler, clock: clock, machine: machine)
        let clocks = Clocks(now: { clock.now }, elapsed: { clock.elapsed })
        let jitter: @Sendable () -> Double = { Double(choices.below(1000)) / 1000 }
        let logger = Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() }
        circuits = Circuits(logger: logger, elapsed: clocks.elapsed, jitter: jitter)
        let teleport = TeleportWire(
            wire: Wire(
                world: world, machine: machine, server: world.teleportServer, limit: .seconds(8),
                unreachable: TeleportError(.unavailable, "unavailable"), timedOut: TeleportError(.timedOut, "no answer"),
                refused: TeleportError(.unavailable, "the server is starting"),
                cancelled: TeleportError(.cancelled, "cancelled"), interceptors: CallInterceptors([circuits.teleport])),
            unknownFields: isOlder ? Self.newFields : [], now: clocks.now)
        reports = teleport.reports
        let chat = MattermostWire(
            wire: Wire(
                world: world, machine: machine, server: world.chatServer, limit: .seconds(10),
                unreachable: MattermostError(.unreachable, "unreachable"), timedOut: MattermostError(.unreachable, "no answer"),
                refused: MattermostError(.status(502), "bad gateway"), cancelled: MattermostError(.cancelled, "cancelled"),
                interceptors: CallInterceptors([circuits.chat]), answered: { clock.saw($0) }))
        let recipients = Recipients(world.rules, chat: chat, logger: logger, elapsed: clocks.elapsed)
        let cards = CardMaker(teleport: teleport, messages: Messages(), showsCommands: false, now: clocks.now)
        let buttons = ButtonMaker(callbackURL: "https://plugin.example.com/mattermost_action") { [unowned world] in
            world.sign($0, $1, $2, $3)
        }
        var policy = ApprovalPolicy()
        if world.plan.decidesByReview {
            policy.users = Dictionary(uniqueKeysWithValues: People.approvers.map { ($0.name, $0.name) })
        }
        let posts = PostsContext(
            teleport: teleport, chat: chat, recipients: recipients, cards: cards, buttons: buttons, policy: policy,
            replica: name, rendering: Rendering(fingerprint: "configuration\(configuration)", since: clocks.now()),
            options: .init(
                notifiesRequester: world.plan.notifies,
                reminders: world.reminders,
                postingDelay: world.plan.postingDelay),
            outage: { [circuits, machine] in
                machine.runBegins?()
                return circuits.wait
            }, logger: logger, clocks: clocks, jitter: jitter)
        let health = Health()
        reconciler = Reconciler(posts, health: health, clock: timers)
        sweeper = Sweeper(posts, reconciler, clock: timers)
        keys = ClickerKeys(
            server: "mattermost", health: health, logger: logger, elapsed: clocks.elapsed, clock: timers
        ) { () throws(MattermostError) in
            try await CircuitBypass.run { () throws(MattermostError) in try await chat.clickerKey() }
        }
        let proofs = ProofVerifier(
            keys: keys, seen: SeenProofs(elapsed: clocks.elapsed), now: clocks.now, elapsed: clocks.elapsed)
        let context = ClicksContext(
            teleport: teleport, chat: chat, recipients: recipients, cards: cards, policy: policy,
            method: world.plan.decidesByReview ? .review : .state, reviewsAsPlugin: world.plan.reviewsAsPlugin,
            hasButtons: true,
            dialogs: DialogMaker(ask: .never, confirm: .never, url: "") { _ in throw CancellationError() },
            audit: AuditLog(logger: logger, file: nil, elapsed: clocks.elapsed), replica: name, logger: logger, clocks: clocks)
        clicks = ClickService(
            context, proofs: proofs, clock: timers,
            tell: { [reconciler, unowned world] id, decision in
                if decision != nil { world.oracle.heard(of: id, by: name) }
                reconciler.sawClick(on: id, decision: decision)
            })
        if world.order != nil { machine.runBegins = { [unowned self] in recall() } }
        circuits.onRecovery { [reconciler, sweeper] in
            reconciler.retryAll()
            sweeper.sweepSoon()
        }
    }

    /// Starts the services, as the daemon does.
    func start() {
        world.trace.add(machine.name, "starts")
        begin(.posts) { [reconciler] in try? await reconciler.run() }
        begin(.sweeps) { [sweeper] in try? await sweeper.run() }
        // `run` would begin a task that no scheduler of the simulation runs.
        begin(.keys) { [keys] in try? await keys.fetchUntilCancelled() }
        connect()
    }

    private func begin(_ activity: Activity, _ work: @escaping @Sendable () async -> Void) {
        Activity.$current.withValue(activity) { tasks.append(Task(executorPreference: machine) { await work() }) }
    }

    /// Ends the process at once, as SIGKILL does: none of its tasks runs again.
    func kill() {
        guard isAlive else { return }
        world.trace.add(machine.name, "is killed")
        isAlive = false
        machine.hold()
    }

    func freeze() {
        world.trace.add(machine.name, "is frozen")
        machine.hold()
    }

    func thaw() {
        guard isAlive else { return }
        world.trace.add(machine.name, "goes on")
        machine.release()
        connect()
    }

    /// Ends all tasks at the end of the world, and lets go of what holds the replica in memory.
    func cancel() {
        for task in tasks { task.cancel() }
        circuits.onRecovery {}
    }

    /// Notes what the reconciler remembers. A run that begins knows nothing else of what was told before.
    private func recall() {
        guard Activity.current == .posts else { return }
        machine.histories[Activity.posts.rawValue] = memory
    }

    /// A number for what the reconciler remembers.
    var memory: Int { reconciler.summary.hashValue }

    /// Adds everything from which the replica's next steps follow.
    func combine(into hasher: inout Hasher) {
        hasher.combine(isAlive)
        guard isAlive else { return }
        hasher.combine(begun)
        hasher.combine(reconciler.summary)
        hasher.combine(reports.requests.isEmpty)
        // Between two runs, what the earlier ones were told matters only by what is remembered of it.
        if !reconciler.isWorking { machine.histories[Activity.posts.rawValue] = 0 }
        if clicksInProgress == 0 { machine.histories[Activity.clicks.rawValue] = 0 }
        hasher.combine(machine.histories)
    }

    var isWorking: Bool { reconciler.isWorking }

    /// The parts that still hold something about a request.
    var leftovers: [String] { reconciler.leftovers }

    // MARK: - The watch

    private var isConnected = false
    /// The time at which the latest event arrives.
    private var nextEvent = Duration.zero

    /// Opens the watch. It can be lost at any time, and with it the events of the meantime.
    func connect() {
        guard isAlive, !isConnected else { return }
        world.scheduler.after(.milliseconds(5 + world.choices.below(50))) { [self] in
            guard isAlive, !isConnected, !machine.isHeld else { return }
            if world.teleportServer.isAway {
                world.scheduler.after(.seconds(1)) { [self] in connect() }
            } else {
                isConnected = true
                world.trace.add(machine.name, "watches")
                circuits.teleport.reset()
                sweeper.sweepSoon()
            }
        }
    }

    /// Loses the watch, which is opened again.
    func disconnect() {
        guard isConnected else { return }
        isConnected = false
        world.trace.add(machine.name, "has lost its watch")
        let gap = world.choices.below(Int(world.plan.longestGap / .milliseconds(1)))
        world.scheduler.after(.milliseconds(250 + gap)) { [self] in connect() }
    }

    func event(_ id: RequestID, _ fact: Sight.Fact) {
        if Sabotage.isActive(.hintsDropped) { return }
        let request = world.teleport.request(id)
        if let order = world.order {
            order.tell(fact, to: self)
            return see(id, fact, request)
        }
        // Events are late, but they come in order.
        let now = world.scheduler.now
        nextEvent = max(nextEvent, now + .milliseconds(1 + world.choices.below(20)))
        world.scheduler.after(nextEvent - now) { [self] in see(id, fact, request) }
    }

    /// - Parameter request: the request at the time of the event.
    private func see(_ id: RequestID, _ fact: Sight.Fact, _ request: AccessRequest?) {
        // The server drops the watch of a client that does not read.
        if machine.isHeld { isConnected = false }
        guard isAlive, isConnected else { return }
        reports.requests.forget(id)
        if fact == .exists, let request { reports.requests.saw(request, at: world.scheduler.now) }
        switch fact {
        case .exists: reconciler.sawChange(of: id, to: .pending)
        case .resolved(let state): reconciler.sawChange(of: id, to: state)
        case .deleted: reconciler.sawDeletion(of: id)
        }
    }

    // MARK: - Clicks

    private(set) var clicksInProgress = 0

    func click(_ click: VerifiedClick, _ answered: @escaping (ClickReply<ClickAnswer>) -> Void) {
        let answered = Answered(call: answered)
        clicksInProgress += 1
        begin(.clicks) { [self, clicks, world] in
            await clicks.answer(click) { reply in if !world.scheduler.isOver { answered.call(reply) } }
            clicksInProgress -= 1
        }
    }

    /// What is done with the reply to a click, on the one thread of the simulation.
    private struct Answered: @unchecked Sendable {
        let call: (ClickReply<ClickAnswer>) -> Void
    }
}
