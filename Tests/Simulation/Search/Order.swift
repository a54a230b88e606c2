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
    /// Lets the call take effect and be answered at this moment. Returns the answer in words.
    func happen() -> String
    func meet(_ fate: Fate)
}

/// Decides in which order calls and events take effect in a world without chance, and which calls fail.
///
/// At each moment at which no task can run, one of the calls under way, a fault of one of them, or a person's act comes next.
/// Time passes only when no call is under way. A list of choices says which comes next; after its end it is always the first one
/// until a state comes that was seen before. The rest of the world is then of no interest.
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

    /// The states that were seen in all worlds of a search.
    final class States { var seen: Set<Int> = [] }

    private struct Option {
        var words: String
        var act: () -> Void
    }

    /// The places at which something was chosen: what, and of how many.
    private(set) var path: [(choice: Int, count: Int)] = []
    /// Whether the world came to a state that was seen before.
    private(set) var isCut = false
    private let given: [Int]
    private let states: States
    private var faultsLeft: Int
    private var calls: [any HeldCall] = []
    private var events: [(replica: SimulatedReplica, id: RequestID, fact: Sight.Fact)] = []
    /// The calls that take effect later, by the time.
    private var late: [(at: Duration, what: String)] = []
    private var hasClicked = false
    private var hasUsedTctl = false
    /// Whether anything happened since people last chose to wait.
    private var isNews = false
    private let id = RequestID("request1")
    private unowned var world: World!

    init(_ given: [Int], faults: Int, _ states: States) {
        (self.given, faultsLeft, self.states) = (given, faults, states)
    }

    func begin(_ world: World) {
        self.world = world
        world.scheduler.idle = { [unowned self] in next() }
        world.scheduler.after(.seconds(1)) { [unowned self, world] in if let id { world.people.create(id) } }
    }

    func hold(_ call: some HeldCall) { calls.append(call) }

    func hold(_ fact: Sight.Fact, of id: RequestID, for replica: SimulatedReplica) { events.append((replica, id, fact)) }

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
            options.first?.act()
            return !options.isEmpty
        }
        if path.count >= given.count, !states.seen.insert(state()).inserted {
            (isCut, world.scheduler.isAbandoned) = (true, true)
            return false
        }
        let choice = path.count < given.count ? given[path.count] : 0
        path.append((choice, options.count))
        let wait = calls.isEmpty && events.isEmpty && choice == 0
        if wait { isNews = false }
        world.trace.add("order", options[choice].words)
        options[choice].act()
        return !wait
    }

    private var hasBegun: Bool { !world.teleport.order.isEmpty }

    private func options() -> [Option] {
        var options: [Option] = []
        for place in calls.indices {
            options.append(Option(words: "\(calls[place].machine.name): \(calls[place].what)") { [self] in happen(place) })
        }
        for place in events.indices {
            options.append(Option(words: "event for \(events[place].replica.machine.name)") { [self] in tell(place) })
        }
        let isQuiet = options.isEmpty
        if isQuiet, !isNews { return [] }
        if isQuiet { options.append(Option(words: "people wait") {}) }
        options += acts()
        guard faultsLeft > 0 else { return isQuiet && options.count == 1 ? [] : options }
        for place in calls.indices {
            for fault in Fault.allCases where !calls[place].isRead || fault.mattersToReads {
                options.append(Option(words: "\(fault) of \(calls[place].what)") { [self] in fail(place, fault) })
            }
        }
        return isQuiet && options.count == 1 ? [] : options
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
        for replica in world.living {
            acts.append(
                Option(words: "a click at \(replica.machine.name)") { [self] in
                    hasClicked = true
                    note("click", for: replica.machine)
                    world.people.press(button, on: post.reference, id, by: People.approvers[1], at: replica)
                })
        }
        return acts
    }

    // MARK: - What happens

    private func happen(_ place: Int) {
        let call = calls.remove(at: place)
        isNews = true
        note(call.what, for: call.machine)
        note(call.happen(), for: call.machine)
    }

    private func tell(_ place: Int) {
        let event = events.remove(at: place)
        isNews = true
        note("\(event.fact)", for: event.replica.machine)
        event.replica.see(event.id, event.fact)
    }

    private func fail(_ place: Int, _ fault: Fault) {
        let call = calls.remove(at: place)
        (faultsLeft, isNews) = (faultsLeft - 1, true)
        note("\(fault) \(call.what)", for: call.machine)
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
        events.removeAll { $0.replica.machine === machine }
    }

    // MARK: - States

    private func note(_ words: String, for machine: Machine) {
        var hasher = Hasher()
        hasher.combine(machine.history)
        hasher.combine(words)
        hasher.combine(world.scheduler.now)
        machine.history = hasher.finalize()
    }

    /// A number for everything on which the rest of the world depends: what the servers hold, what each replica was told, what is
    /// under way, and which choices are left.
    private func state() -> Int {
        var hasher = Hasher()
        hasher.combine(world.scheduler.now)
        hasher.combine(faultsLeft)
        hasher.combine(hasClicked)
        hasher.combine(hasUsedTctl)
        for replica in world.replicas {
            hasher.combine(replica.isAlive)
            hasher.combine(replica.machine.history)
        }
        for what in calls.map({ "\($0.machine.name) \($0.what)" }).sorted() { hasher.combine(what) }
        for event in events.map({ "\($0.replica.machine.name) \($0.fact)" }).sorted() { hasher.combine(event) }
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
