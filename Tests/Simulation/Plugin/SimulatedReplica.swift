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
    /// The difference between this process's wall clock and the world's.
    var skew = Duration.zero
    private let reconciler: Reconciler
    private let sweeper: Sweeper
    private let clicks: ClickService
    private let circuits: Circuits
    private var tasks: [Task<Void, Never>] = []
    unowned let world: World

    init(_ name: String, _ world: World, configuration: Int) {
        self.world = world
        let scheduler = world.scheduler
        machine = Machine(name, scheduler)
        let clock = SimulatedClock(scheduler: scheduler)
        let begun = scheduler.now
        let skew = world.drawSkew()
        self.skew = skew
        let clocks = Clocks(now: { [unowned world] in world.wallTime.advanced(by: skew) }, elapsed: { scheduler.now - begun })
        let jitter: @Sendable () -> Double = { Double(scheduler.choices.below(1000)) / 1000 }
        let logger = Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() }
        circuits = Circuits(logger: logger, elapsed: clocks.elapsed, jitter: jitter)
        let teleport = TeleportWire(
            wire: Wire(
                world: world, machine: machine, server: world.teleportServer, limit: .seconds(8),
                unreachable: TeleportError(.unavailable, "unavailable"), timedOut: TeleportError(.timedOut, "no answer"),
                refused: TeleportError(.unavailable, "the server is starting"),
                cancelled: TeleportError(.cancelled, "cancelled"), interceptors: CallInterceptors([circuits.teleport])))
        let chat = MattermostWire(
            wire: Wire(
                world: world, machine: machine, server: world.chatServer, limit: .seconds(10),
                unreachable: MattermostError(.unreachable, "unreachable"), timedOut: MattermostError(.unreachable, "no answer"),
                refused: MattermostError(.status(502), "bad gateway"), cancelled: MattermostError(.cancelled, "cancelled"),
                interceptors: CallInterceptors([circuits.chat])))
        let recipients = Recipients(world.rules, chat: chat, logger: logger, elapsed: clocks.elapsed)
        let cards = CardMaker(teleport: teleport, messages: Messages(), showsCommands: false, now: clocks.now)
        let buttons = ButtonMaker(callbackURL: "https://plugin.example.com/mattermost_action") { [unowned world] in
            world.sign($0, $1, $2, $3)
        }
        let posts = PostsContext(
            teleport: teleport, chat: chat, recipients: recipients, cards: cards, buttons: buttons, policy: ApprovalPolicy(),
            replica: name, rendering: Rendering(fingerprint: "configuration\(configuration)", since: clocks.now()),
            options: .init(
                notifiesRequester: false, reminders: world.plan.reminds ? [ReminderStep(.beforeExpiry(.seconds(60)))] : [],
                postingDelay: world.plan.postingDelay),
            outage: { [circuits] in circuits.wait }, logger: logger, clocks: clocks, jitter: jitter)
        reconciler = Reconciler(posts, health: Health(), clock: clock)
        sweeper = Sweeper(posts, reconciler, clock: clock)
        let context = ClicksContext(
            teleport: teleport, chat: chat, recipients: recipients, cards: cards, policy: ApprovalPolicy(), method: .state,
            reviewsAsPlugin: false,
            hasButtons: true,
            dialogs: DialogMaker(ask: .never, confirm: .never, url: "") { _ in throw CancellationError() },
            audit: AuditLog(logger: logger, file: nil, elapsed: clocks.elapsed), replica: name, logger: logger, clocks: clocks)
        clicks = ClickService(context, proofs: nil, clock: clock, lookAgain: { [reconciler] in reconciler.look(at: $0) })
        circuits.onRecovery { [reconciler, sweeper] in
            reconciler.retryAll()
            sweeper.sweepSoon()
        }
    }

    /// Starts the services, as the daemon does.
    func start() {
        world.trace.add(machine.name, "starts")
        tasks.append(Task(executorPreference: machine) { [reconciler] in try? await reconciler.run() })
        tasks.append(Task(executorPreference: machine) { [sweeper] in try? await sweeper.run() })
        connect()
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

    /// Ends all tasks at the end of the world.
    func cancel() { for task in tasks { task.cancel() } }

    /// The parts that still hold something about a request.
    var leftovers: [String] { reconciler.leftovers }

    // MARK: - The watch

    private var isConnected = false

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
        world.scheduler.after(.milliseconds(250 + world.choices.below(8000))) { [self] in connect() }
    }

    func event(_ id: RequestID, _ fact: Sight.Fact) {
        if Sabotage.isActive(.hintsDropped) { return }
        let delay = Duration.milliseconds(1 + world.choices.below(20))
        world.scheduler.after(delay) { [self] in
            // The server drops the watch of a client that does not read.
            if machine.isHeld { isConnected = false }
            guard isAlive, isConnected else { return }
            switch fact {
            case .exists, .resolved: reconciler.sawChange(of: id, isResolved: fact == .resolved)
            case .deleted: reconciler.sawDeletion(of: id)
            }
        }
    }

    // MARK: - Clicks

    func click(_ click: VerifiedClick, _ answered: @escaping @Sendable (ClickAnswer) -> Void) {
        tasks.append(
            Task(executorPreference: machine) { [clicks, world] in
                await clicks.answer(click) { reply in
                    if case .answer(let answer) = reply, !world.scheduler.isOver { answered(answer) }
                }
            })
    }
}
