import Access
import Clicks
import Posts

/// A call that is under way and takes effect when ``Order`` says so.
protocol HeldCall {
    var machine: Machine { get }
    var what: String { get }
    var isRead: Bool { get }
    /// Whether nothing that happens changes the answer, so that it does not matter when the call takes effect.
    var isFixed: Bool { get }
    /// The time after which the caller gives up.
    var limit: Duration { get }
    /// Lets the call take effect and be answered at this moment. Returns a number for the answer.
    func happen() -> Int
    func meet(_ fate: Fate)
}

/// Decides in which order calls take effect in a world without chance, and which calls fail.
///
/// At each moment at which no task can run, one of the calls under way, a fault of one of them, or a person's act comes next.
/// Time passes only when no call is under way. In a search, the process is copied for each of the possible ways on, and a copy
/// ends when it comes to a state that was seen before. A list of choices leads to one of them again.
final class Order {
    /// What happens to a call.
    enum Fault: CaseIterable {
        /// The call does not arrive.
        case lost
        /// The call takes effect, and its answer does not arrive.
        case answerLost
        /// The call takes effect a second after its caller has given up.
        case late
        /// The replica is killed before the call leaves it.
        case killedBefore
        /// The replica is killed when the call has taken effect.
        case killedAfter

        /// Whether the fault of a call that changes nothing differs from the other faults of it.
        var mattersToReads: Bool { self == .lost || self == .killedBefore }
    }

    private struct Option {
        var words: String
        var act: () -> Void
    }

    /// What was chosen so far, of the ways on that there were.
    private(set) var path: [Int] = []
    private let given: [Int]
    /// What all copies of the process share; nil while one list of choices is followed.
    private let search: SharedSearch?
    private var faultsLeft: Int
    private var calls: [any HeldCall] = []
    /// The calls that take effect later, by the time.
    private var late: [(at: Duration, what: String)] = []
    private var hasClicked = false
    private var hasUsedTctl = false
    /// Whether anything happened since people last chose to wait.
    private var isNews = false
    /// How often another replica may still come next although the last one has a call under way.
    private var switchesLeft: Int
    private weak var last: Machine?
    private let id = RequestID("request1")
    private unowned var world: World!

    init(_ limits: Limits, given: [Int] = [], search: SharedSearch? = nil) {
        (self.given, self.search) = (given, search)
        (faultsLeft, switchesLeft) = (limits.faults, limits.switches)
    }

    /// What is bounded in all orders of a search.
    struct Limits {
        /// The number of calls that fail.
        var faults: Int
        /// The number of times that another replica comes next although the last one has a call under way.
        var switches: Int
    }

    func begin(_ world: World) {
        self.world = world
        world.scheduler.idle = { [unowned self] in next() }
        world.scheduler.after(.seconds(1)) { [unowned self, world] in if let id { world.people.create(id) } }
    }

    func hold(_ call: some HeldCall) { calls.append(call) }

    // MARK: - Choosing

    /// Lets something happen. Returns false if nothing can but that time passes.
    private func next() -> Bool {
        if let place = calls.firstIndex(where: { $0.isFixed }) ?? (hasBegun ? nil : calls.indices.first) {
            happen(place)
            return true
        }
        guard hasBegun else { return false }
        let options = options()
        guard options.count > 1 else {
            guard let only = options.first, only.words != Self.wait else { return false }
            only.act()
            return true
        }
        let place = path.count
        guard let choice = place < given.count ? given[place] : search == nil ? 0 : search?.choose(of: options.count, state())
        else {
            world.scheduler.isAbandoned = true
            return false
        }
        path.append(choice)
        let wait = calls.isEmpty && choice == 0
        if wait { isNews = false }
        world.trace.add("order", options[choice].words)
        options[choice].act()
        return !wait
    }

    private static let wait = "people wait"

    private var hasBegun: Bool { !world.teleport.order.isEmpty }

    private func options() -> [Option] {
        let isBusy = calls.contains { $0.machine === last }
        let places = calls.indices.filter { !isBusy || switchesLeft > 0 || calls[$0].machine === last }
        var options = places.map { place in
            Option(words: "\(calls[place].machine.name): \(calls[place].what)") { [self] in
                choose(calls[place].machine)
                happen(place)
            }
        }
        if calls.isEmpty {
            guard isNews else { return [] }
            options.append(Option(words: Self.wait) {})
        }
        options += acts()
        guard faultsLeft > 0 else { return options }
        for place in places {
            for fault in Fault.allCases where !calls[place].isRead || fault.mattersToReads {
                options.append(
                    Option(words: "\(fault) of \(calls[place].what)") { [self] in
                        choose(calls[place].machine)
                        fail(place, fault)
                    })
            }
        }
        return options
    }

    private func choose(_ machine: Machine) {
        if let last, last !== machine, calls.contains(where: { $0.machine === last }) { switchesLeft -= 1 }
        last = machine
    }

    /// What people can do now: decide with `tctl`, and press a button.
    private func acts() -> [Option] {
        guard let id, world.teleport.request(id)?.state == .pending else { return [] }
        var acts: [Option] = []
        if !hasUsedTctl {
            acts.append(
                Option(words: "tctl denies") { [self] in
                    hasUsedTctl = true
                    world.people.useTctl(id, .deny)
                })
        }
        let post = world.mattermost.posts(about: id).first
        guard !hasClicked, let post, let button = post.post.buttons.first(where: { $0.id == Decision.approve.rawValue }) else {
            return acts
        }
        // The replicas are alike, and either can have posted, so it does not matter which of them gets the click.
        guard let replica = world.living.first else { return acts }
        acts.append(
            Option(words: "a click at \(replica.machine.name)") { [self] in
                hasClicked = true
                note("click".hashValue, for: replica.machine)
                world.people.press(button, on: post.reference, id, by: People.approvers[1], at: replica)
            })
        return acts
    }

    // MARK: - What happens

    private func happen(_ place: Int) {
        let call = calls.remove(at: place)
        isNews = true
        note(call.what.hashValue, for: call.machine)
        note(call.happen(), for: call.machine)
    }

    /// Notes an event of the watch. Events are not held back: it is enough that the calls are which follow them.
    func tell(_ fact: Sight.Fact, to replica: SimulatedReplica) { note("\(fact)".hashValue, for: replica.machine) }

    private func fail(_ place: Int, _ fault: Fault) {
        let call = calls.remove(at: place)
        (faultsLeft, isNews) = (faultsLeft - 1, true)
        note("\(fault) \(call.what)".hashValue, for: call.machine)
        switch fault {
        case .lost: call.meet(.lost)
        case .answerLost: call.meet(.answerLost)
        case .late:
            late.append((world.scheduler.now + call.limit + .seconds(1), call.what))
            call.meet(.late(call.limit + .seconds(1)))
        case .killedBefore: kill(call.machine)
        case .killedAfter:
            _ = call.happen()
            kill(call.machine)
        }
    }

    /// Kills a replica. What it wrote and is under way still arrives.
    private func kill(_ machine: Machine) {
        world.kill(machine)
        machine.history = 0
        calls.removeAll { $0.machine === machine && $0.isRead }
    }

    // MARK: - States

    private func note(_ what: Int, for machine: Machine) {
        var hasher = Hasher()
        hasher.combine(machine.history)
        hasher.combine(what)
        hasher.combine(world.scheduler.now)
        machine.history = hasher.finalize()
    }

    /// A number for everything on which the rest of the world depends: what the servers hold, what each replica was told, what is
    /// under way, and which choices are left.
    private func state() -> Int {
        var hasher = Hasher()
        hasher.combine(world.scheduler.now)
        hasher.combine(faultsLeft)
        hasher.combine(switchesLeft)
        hasher.combine(last?.name)
        hasher.combine(hasClicked)
        hasher.combine(hasUsedTctl)
        for replica in world.replicas {
            hasher.combine(replica.isAlive)
            hasher.combine(replica.machine.history)
        }
        for what in calls.map({ "\($0.machine.name) \($0.what)" }).sorted() { hasher.combine(what) }
        for one in late where one.at > world.scheduler.now {
            hasher.combine(one.at)
            hasher.combine(one.what)
        }
        if let id { world.combine(into: &hasher, about: id) }
        return hasher.finalize()
    }
}

extension World {
    /// Adds what the servers hold about a request, and what the oracle remembers of it.
    fileprivate func combine(into hasher: inout Hasher, about id: RequestID) {
        hasher.combine(teleport.request(id)?.state)
        hasher.combine(teleport.pluginData(of: id))
        for (reference, post) in mattermost.posts(about: id) {
            hasher.combine(reference)
            hasher.combine(post.card.status)
            hasher.combine(post.buttons.count)
            hasher.combine(mattermost.made(reference))
        }
        hasher.combine(oracle.elsewhere[id])
        hasher.combine(oracle.decisionClaimed[id])
        hasher.combine(oracle.claimWritten[id]?.posting)
        hasher.combine(oracle.claimWritten[id]?.decision)
        hasher.combine(oracle.made[id]?.decision)
        hasher.combine(oracle.pressed.first?.isDone)
        hasher.combine(oracle.pressed.first?.answer?.text)
    }
}
