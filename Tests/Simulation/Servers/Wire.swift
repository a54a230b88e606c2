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

    /// Makes a call through the interceptors. `effect` is what the server does, at the moment when the call arrives there.
    func call<Answer: Sendable>(
        _ call: ServerCall, _ name: @autoclosure () -> String, _ effect: @escaping () -> Result<Answer, Failure>
    ) async throws(Failure) -> Answer {
        let what = world.trace.isOn ? name() : ""
        return try await interceptors.run(call) { () throws(Failure) in try await carry(what, effect) }
    }

    private func carry<Answer: Sendable>(
        _ what: String, _ effect: @escaping () -> Result<Answer, Failure>
    ) async throws(Failure) -> Answer {
        guard !world.scheduler.isOver else { throw cancelled }
        let trace = world.trace
        let number = world.nextCall()
        trace.add(machine.name, "→ \(server.name) #\(number) \(what)")
        let waiter = Waiter<Result<Answer, Failure>>()
        let result = await waiter.value(ifCancelled: .failure(cancelled)) {
            send(number, waiter, effect)
        }
        return try result.get()
    }

    private func send<Answer: Sendable>(
        _ number: Int, _ waiter: Waiter<Result<Answer, Failure>>, _ effect: @escaping () -> Result<Answer, Failure>
    ) {
        let scheduler = world.scheduler
        let scripted = world.script?.faults[number]
        func answer(after delay: Duration, _ result: Result<Answer, Failure>, _ words: String? = nil) {
            scheduler.after(delay) {
                world.trace.add(machine.name, "← #\(number) \(words ?? Self.words(result))")
                waiter.resume(scheduler.isOver ? .failure(cancelled) : result)
            }
        }
        let way = server.latency(world.choices)
        guard !server.isAway else { return answer(after: way, .failure(unreachable), "nobody answers") }
        if scripted == .killedBefore { return world.kill(machine) }
        switch scripted?.fate(limit: limit) ?? server.fate(world.choices, limit: limit) {
        case .lost: answer(after: limit, .failure(timedOut), "the call was lost")
        case .refused: answer(after: way, .failure(refused), "refused by the server")
        case .answerLost:
            scheduler.after(way) {
                if !scheduler.isOver { _ = effect() }
                if scripted == .killedAfter { world.kill(machine) }
            }
            answer(after: limit, .failure(timedOut), "the answer was lost")
        case .late(let delay):
            if delay >= limit { answer(after: limit, .failure(timedOut), "no answer in time") }
            arrive(after: delay)
        case .fine: arrive(after: way)
        }

        func arrive(after delay: Duration) {
            let back = server.latency(world.choices)
            scheduler.after(delay) {
                guard !scheduler.isOver else { return waiter.resume(.failure(cancelled)) }
                let result = effect()
                answer(after: back, result)
            }
        }
    }

    /// Shortens a text for a line of the story.
    private static func short(_ text: String) -> String { text.count > 90 ? text.prefix(90) + "…" : text }

    private static func words<Answer: Sendable>(_ result: Result<Answer, Failure>) -> String {
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
