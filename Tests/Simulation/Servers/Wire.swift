import Access

/// What can happen to a call on its way to a server and back.
enum Fate {
    /// The server does what was asked, and its answer arrives.
    case fine
    /// The call does not arrive.
    case lost
    /// The server does what was asked, and its answer does not arrive.
    case answerLost
    /// The call arrives late, perhaps after its caller has given up.
    case late(Duration)
    /// The server answers with an error of its own and does nothing.
    case refused
}

/// The connection of one replica to one server.
struct Wire<Failure: Error>: @unchecked Sendable {
    let world: World
    let machine: Machine
    let server: Server
    /// The longest time that the client waits for an answer.
    let limit: Duration
    let unreachable: Failure
    let timedOut: Failure
    let refused: Failure
    let cancelled: Failure
    let interceptors: CallInterceptors<Failure>
    /// Called with the time by the server's clock when an answer arrives.
    var answered: (Timestamp) -> Void = { _ in }

    /// Makes a call through the interceptors. `effect` is what the server does, at the moment when the call arrives there.
    /// - Parameter isFixed: whether nothing that happens in a world changes the answer.
    func call<Answer: Sendable>(
        _ call: ServerCall, _ name: @autoclosure () -> String, isFixed: Bool = false,
        _ effect: @escaping () -> Result<Answer, Failure>
    ) async throws(Failure) -> Answer {
        let what = world.trace.isOn || world.order != nil ? name() : ""
        return try await interceptors.run(call) { () throws(Failure) in try await carry(what, call, isFixed, effect) }
    }

    private func carry<Answer: Sendable>(
        _ what: String, _ call: ServerCall, _ isFixed: Bool, _ effect: @escaping () -> Result<Answer, Failure>
    ) async throws(Failure) -> Answer {
        guard !world.scheduler.isOver else { throw cancelled }
        let number = world.nextCall()
        world.trace.add(machine.name, "→ \(server.name) #\(number) \(what)")
        let waiter = Waiter<Result<Answer, Failure>>()
        let result = await waiter.value(ifCancelled: .failure(cancelled)) {
            let carried = Carried(
                wire: self, number: number, what: what, call: call, isFixed: isFixed, activity: Activity.current,
                waiter: waiter, effect: effect)
            if let order = world.order { order.hold(carried) } else { carried.send() }
        }
        return try result.get()
    }
}

/// One call on its way: what the server is to do, and who waits for the answer.
struct Carried<Answer: Sendable, Failure: Error>: HeldCall {
    let wire: Wire<Failure>
    let number: Int
    let what: String
    let call: ServerCall
    let isFixed: Bool
    let activity: Activity
    let waiter: Waiter<Result<Answer, Failure>>
    let effect: () -> Result<Answer, Failure>

    private var world: World { wire.world }
    private var scheduler: Scheduler { wire.world.scheduler }
    var machine: Machine { wire.machine }
    var limit: Duration { wire.limit }

    /// Sends the call, with a fate that the world's choices decide.
    func send() {
        let server = wire.server
        let way = server.latency(world.choices)
        guard !server.isAway else { return answer(after: way, .failure(wire.unreachable), "nobody answers") }
        meet(server.fate(world.choices, limit: wire.limit), way: way, back: { server.latency(world.choices) })
    }

    func meet(_ fate: Fate) { meet(fate, way: .zero, back: { .zero }) }

    /// Lets the call have this fate. `way` is how long it takes to the server, and `back` how long its answer does.
    func meet(_ fate: Fate, way: Duration, back: @escaping () -> Duration) {
        switch fate {
        case .lost: answer(after: wire.limit, .failure(wire.timedOut), "the call was lost")
        case .refused: answer(after: way, .failure(wire.refused), "refused by the server", date: world.wallTime)
        case .answerLost:
            scheduler.after(way) { if !scheduler.isOver { _ = effect() } }
            answer(after: wire.limit, .failure(wire.timedOut), "the answer was lost")
        case .late(let delay):
            if delay >= wire.limit { answer(after: wire.limit, .failure(wire.timedOut), "no answer in time") }
            arrive(after: delay, back)
        case .fine: arrive(after: way, back)
        }
    }

    /// Lets the call take effect and be answered at this moment. Returns a number for the answer.
    func happen() -> Int {
        let result = effect()
        world.trace.add(wire.machine.name, "← #\(number) \(Self.words(result))")
        wire.answered(world.wallTime)
        waiter.resume(result)
        return switch result {
        case .success(let answer): Self.digest(answer)
        case .failure(let error): "\(error)".hashValue
        }
    }

    /// A number for what an answer says in a world with one request.
    private static func digest(_ answer: Answer) -> Int {
        switch answer {
        case is Void: 1
        case let request as AccessRequest: request.state.hashValue
        case let requests as [AccessRequest]: requests.map(\.state).hashValue
        case let fields as [String: String]: fields.hashValue
        case let records as [RequestID: [String: String]]: records.hashValue
        case let shows as Bool: shows ? 1 : 0
        case let post as PostReference: post.hashValue
        case let card as PostedCard: digest(card)
        case let page as CardPage: page.cards.map(digest).hashValue
        default: "\(answer)".hashValue
        }
    }

    private static func digest(_ card: PostedCard) -> Int {
        [card.reference.postID, card.status ?? "", card.hasButtons ? "open" : ""].hashValue
    }

    private func arrive(after delay: Duration, _ back: @escaping () -> Duration) {
        scheduler.after(delay, mark: mark(0)) {
            guard !scheduler.isOver else { return waiter.resume(.failure(wire.cancelled)) }
            // A write of a dead replica that lands seconds after another replica's is a window that no plugin can close. Worlds of
            // chance meet it with others in between; in all orders of two replicas' calls it would hide everything else.
            if world.order != nil, machine.isHeld { return }
            let result = effect()
            answer(after: back(), result, date: world.wallTime)
        }
    }

    private func answer(
        after delay: Duration, _ result: Result<Answer, Failure>, _ words: String? = nil, date: Timestamp? = nil
    ) {
        scheduler.after(delay, mark: mark(1), while: { waiter.isWaiting && !machine.isHeld }) {
            world.trace.add(wire.machine.name, "← #\(number) \(words ?? Self.words(result))")
            if let date { wire.answered(date) }
            waiter.resume(scheduler.isOver ? .failure(wire.cancelled) : result)
        }
    }

    /// A number for what is still to come of the call; zero where states are not compared.
    private func mark(_ kind: Int) -> Int {
        guard world.order != nil else { return 0 }
        var hasher = Hasher()
        hasher.combine(machine.mark(activity))
        hasher.combine(what)
        hasher.combine(kind)
        return hasher.finalize()
    }

    /// Shortens a text for a line of the story.
    private static func short(_ text: String) -> String { text.count > 90 ? text.prefix(90) + "…" : text }

    static func words(_ result: Result<Answer, Failure>) -> String {
        switch result {
        case .success(let answer): Self.short("\(answer)")
        case .failure(let error): "\(error)"
        }
    }
}

/// The condition of a server, which the plan of a world changes.
final class Server: @unchecked Sendable {
    let name: String
    /// Whether nobody answers.
    var isAway = false
    /// The number of calls in a thousand that something happens to.
    var faults = 0
    /// Whether calls can be late for longer than their callers wait.
    var isSlow = false

    init(_ name: String) { self.name = name }

    func latency(_ choices: Choices) -> Duration { .milliseconds(1 + choices.below(8)) }

    func fate(_ choices: Choices, limit: Duration) -> Fate {
        guard choices.chance(faults, in: 1000) else { return .fine }
        switch choices.below(isSlow ? 5 : 4) {
        case 0: return .late(choices.delay(upTo: .seconds(3)))
        case 1: return .refused
        case 2: return .answerLost
        case 3: return .lost
        default: return .late(choices.delay(upTo: limit + .milliseconds(1500)))
        }
    }
}
