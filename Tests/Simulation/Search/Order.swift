import Access
import Clicks
import Posts

/// Decides in which order calls take effect in a world without chance, and which calls fail.
///
/// At each moment at which no task can run, one of the calls under way, a fault of one of them, or a person's act comes next.
/// Time passes only when no call is under way. In a search, the process is copied for each of the possible ways on, and a copy
/// ends when it comes to a state from which the same ways were gone before. A list of choices leads to one of them again.
final class Order {
    /// What is bounded in all orders of a search.
    struct Limits {
        /// With three faults a circuit could open, and states are compared without the circuits.
        static let mostFaults = 2
        /// What an administrator decides. The click decides the opposite.
        var tctl: Decision
        /// Whether faults and switches are tried before the calls that come next by themselves, so that what goes wrong is found
        /// sooner. It makes no difference to what a complete search finds.
        var isEager = false
        /// The number of calls that fail.
        var faults: Int
        /// The time after the request in which people act, calls fail, and the order of calls is open. Afterwards the first call
        /// comes first.
        var open: Duration
        /// The number of times that another replica comes next although the last one has a call under way; nil for no bound.
        var switches: Int?
    }

    /// The time of the request.
    private static let begin = Duration.seconds(1)
    /// The time at which everything has to be right. One sweep comes before it: nobody but a sweep or a click finds that a
    /// decision was claimed by a replica that died.
    static let end = Duration.seconds(100)

    /// What was chosen so far, of the ways on that there were.
    private(set) var path: [Int] = []
    private let given: [Int]
    /// What all copies of the process share; nil while one list of choices is followed.
    private let search: SharedSearch?
    var isSearching: Bool { search != nil }
    let limits: Limits
    private(set) var calls: [any HeldCall] = []
    private(set) var budget: SharedSearch.Budget
    private(set) var hasClicked = false
    private(set) var hasUsedTctl = false
    /// Whether anything happened since people last chose to wait.
    private(set) var isNews = false
    private weak var last: Machine?
    /// The ways on that need not be gone now, because they were gone before and commute with all that came since.
    private var asleep: [Step] = []
    /// When a decision takes effect that its caller gave up; zero if there is none.
    private(set) var lateDecision = Duration.zero
    let id = RequestID("request1")
    private(set) unowned var world: World!

    init(_ limits: Limits, given: [Int] = [], search: SharedSearch? = nil) {
        (self.limits, self.given, self.search) = (limits, given, search)
        budget = SharedSearch.Budget(faults: limits.faults, switches: limits.switches ?? SharedSearch.Budget.mostSwitches)
    }

    func begin(_ world: World) {
        self.world = world
        world.scheduler.idle = { [unowned self] in next() }
        world.scheduler.after(Self.begin) { [unowned self, world] in if let id { world.people.create(id) } }
    }

    func hold(_ call: some HeldCall) {
        // A run begins each of its attempts with this call, and with a look at what the watch has shown.
        if call.activity == .posts, call.call == .read(.pluginData), let replica = world.replica(call.machine) {
            note(replica.memory, for: call.machine, .posts)
        }
        calls.append(call)
    }

    /// The replica that came last, if it still has a call under way.
    var busy: Machine? { last.flatMap { last in calls.contains { $0.machine === last } ? last : nil } }

    // MARK: - Choosing

    /// Lets something happen. Returns false if nothing can but that time passes.
    private func next() -> Bool {
        let isOpen = !world.teleport.order.isEmpty && world.scheduler.now < Self.begin + limits.open
        if let place = calls.firstIndex(where: { $0.isFixed }) ?? (isOpen ? nil : calls.indices.first) {
            happen(place)
            return true
        }
        guard isOpen else { return false }
        let moves = limits.isEager ? moves().reversed() : moves()
        if moves.isEmpty { return false }
        if moves == [.wait] {
            rest()
            return false
        }
        guard let move = choose(of: moves) else {
            world.scheduler.isAbandoned = true
            return false
        }
        make(move)
        return move != .wait
    }

    /// Lets time pass where nobody has anything to choose, unless the search was there before.
    private func rest() {
        (isNews, asleep) = (false, [])
        if search != nil, choose(of: [step(.wait)], [false]) == nil { world.scheduler.isAbandoned = true }
    }

    private func choose(of moves: [Move]) -> Move? {
        let steps = moves.map(step)
        let sleeps = steps.map { step in asleep.contains { $0.key == step.key } }
        guard let choice = moves.count > 1 ? choose(of: moves, steps, sleeps) : sleeps[0] ? nil : 0 else { return nil }
        // With a bound on switches, the order that is left out could be the only one within the bound.
        guard isSearching, limits.switches == nil else { return moves[choice] }
        let gone = zip(steps, sleeps).prefix(choice).filter { !$0.1 }.map(\.0)
        asleep = (asleep + gone).filter { $0.commutes(with: steps[choice]) }
        return moves[choice]
    }

    private func choose(of steps: [Step], _ sleeps: [Bool]) -> Int? {
        guard let search else { return 0 }
        let ways = SharedSearch.Ways(keys: steps.map(\.key), sleeps: sleeps)
        return limits.switches == nil ? search.choose(of: ways, state()) : search.choose(of: ways, state(), budget)
    }

    private func choose(of moves: [Move], _ steps: [Step], _ sleeps: [Bool]) -> Int? {
        let place = path.count
        let choice = place < given.count ? given[place] % moves.count : choose(of: steps, sleeps)
        guard let choice else { return nil }
        path.append(choice)
        world.trace.add("order", words(moves[choice]))
        return choice
    }

    // MARK: - What happens

    private func make(_ move: Move) {
        switch move {
        case .wait: isNews = false
        case .happens(let place):
            turn(to: calls[place])
            happen(place)
        case .fails(let place, let fault):
            turn(to: calls[place])
            fail(place, fault)
        case .tctl:
            hasUsedTctl = true
            if let id { world.people.useTctl(id, limits.tctl) }
        case .click: click()
        }
    }

    /// Counts a switch to another replica. A call that waits for nothing, because nobody can change its answer, is none.
    private func turn(to call: any HeldCall) {
        guard !isSettled(call) else { return }
        if limits.switches != nil, let busy, busy !== call.machine { budget.switches -= 1 }
        last = call.machine
    }

    private func happen(_ place: Int) {
        let call = calls.remove(at: place)
        isNews = true
        note(call.what.hashValue, for: call.machine, call.activity)
        note(call.happen(), for: call.machine, call.activity)
    }

    private func click() {
        guard let id, let (reference, button) = openButton, let replica = world.living.first else { return }
        hasClicked = true
        note("click".hashValue, for: replica.machine, .clicks)
        world.people.press(button, on: reference, id, by: People.approvers[1], at: replica)
    }

    private func fail(_ place: Int, _ fault: CallFault) {
        let call = calls.remove(at: place)
        isNews = true
        budget.faults -= 1
        note("\(fault) \(call.what)".hashValue, for: call.machine, call.activity)
        switch fault {
        case .lost: call.meet(.lost)
        case .answerLost: call.meet(.answerLost)
        case .late:
            if call.call == .decide { lateDecision = world.scheduler.now + call.limit + .seconds(1) }
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
        if last === machine { last = nil }
        calls.removeAll { $0.machine === machine && $0.call.isRead }
    }
}
