import Access

/// The people of a world: requesters, approvers, outsiders, and an administrator with `tctl`.
final class People: @unchecked Sendable {
    static let approvers = ["ana", "bob", "carol", "dave"].map(Person.init)
    static let outsider = Person(name: "mallory")
    static let all = approvers + [outsider]

    unowned let world: World
    var choices: Choices { world.choices }
    /// The clicks that were answered, which a forger may have seen on their way.
    var seen: [SeenClick] = []

    init(_ world: World) { self.world = world }

    /// Plans the day: every request, and what people do about it.
    func plan() {
        for number in 1...world.plan.requests {
            guard let id = RequestID("request-\(number)") else { continue }
            // 0 is the harmless choice, so a request that a story does not need goes away when the story is made shorter.
            guard choices.below(20) > 0 else { continue }
            world.scheduler.after(.milliseconds(choices.below(40_000))) { [self] in
                create(id)
                if world.plan.isContested { planContest(id) } else { planCalmly(id) }
            }
        }
        for _ in 0..<world.plan.forgeries {
            world.scheduler.after(.milliseconds(2000 + choices.below(80_000))) { [self] in forge() }
        }
    }

    private func planCalmly(_ id: RequestID) {
        let clicks = choices.pick([1, 0, 2, 3])
        for _ in 0..<clicks { world.scheduler.after(.milliseconds(choices.below(30_000))) { [self] in click(id) } }
        if choices.chance(1, in: 5) {
            world.scheduler.after(.milliseconds(choices.below(30_000))) { [self] in useTctl(id) }
        }
        let reviews = choices.chance(1, in: 6) ? 1 + choices.below(2) : 0
        for _ in 0..<reviews {
            world.scheduler.after(.milliseconds(choices.below(30_000))) { [self] in review(id) }
        }
    }

    /// Several people decide at the same moment, in Mattermost and elsewhere.
    private func planContest(_ id: RequestID) {
        let moment = Duration.milliseconds(500 + choices.below(15_000))
        func soon(_ action: @escaping () -> Void) {
            world.scheduler.after(moment + .milliseconds(choices.below(choices.pick([60, 60, 1000]))), action)
        }
        for _ in 0..<choices.pick([1, 2, 3]) { soon { [self] in click(id) } }
        if choices.chance(2, in: 3) { soon { [self] in useTctl(id) } }
        if choices.chance(1, in: 3) { soon { [self] in review(id) } }
    }

    /// Somebody asks for access.
    func create(_ id: RequestID) {
        let lifetime = Duration.seconds(choices.pick(world.plan.lifetimes))
        let user = choices.pick(["erin", "ana", "bob"])
        let now = world.wallTime
        var request = AccessRequest(
            id: id, user: user, roles: ["admin"], state: .pending, reason: "why", created: now,
            expires: now.advanced(by: lifetime))
        if world.plan.approvals > 0 {
            request.thresholds = [ReviewThreshold(approvals: world.plan.approvals, denials: 1)]
            request.usedThresholds = [0]
        }
        if world.plan.suggests {
            request.suggestedReviewers = choices.pick([[], ["dave@example.com"], ["dave@example.com", "nobody@example.com"]])
        }
        world.trace.add(user, "asks for \(id), for \(lifetime)")
        world.oracle.asked(for: id)
        world.teleport.create(
            request, lifetime: lifetime + world.plan.lateEnd, dataLifetime: lifetime + .seconds(3600))
    }

    private func useTctl(_ id: RequestID) {
        guard let request = world.teleport.request(id), request.state == .pending else { return }
        if choices.chance(1, in: 5) { return world.teleport.delete(id) }
        useTctl(id, choices.pick([Decision.approve, .deny]))
    }

    /// An administrator decides a request with `tctl`.
    func useTctl(_ id: RequestID, _ decision: Decision) {
        world.trace.add("tctl", "\(decision) \(id)")
        world.oracle.decidedElsewhere(id)
        world.teleport.change(id) { $0.state = decision.state }
    }

    private func review(_ id: RequestID) {
        guard world.teleport.request(id)?.state == .pending else { return }
        let author = choices.pick(["rita", "ana", "bob", "carol"])
        let decision = choices.pick([Decision.approve, .approve, .approve, .deny])
        world.trace.add(author, "reviews \(id) with tsh: \(decision)")
        world.teleport.review(decision, of: id, by: author)
    }
}
