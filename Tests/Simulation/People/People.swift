import Access
import ActionCrypto
import Clicks

/// The people of a world: requesters, approvers, outsiders, and an administrator with `tctl`.
final class People: @unchecked Sendable {
    static let approvers = ["ana", "bob", "carol", "dave"]
    static let outsiders = ["mallory"]
    static let accounts = (approvers + outsiders).map { ChatUser(id: $0, username: $0, email: "\($0)@example.com") }

    private unowned let world: World
    private var choices: Choices { world.choices }

    init(_ world: World) { self.world = world }

    /// Plans the day: every request, and what people do about it.
    func plan() {
        for number in 1...world.plan.requests {
            guard let id = RequestID("request-\(number)") else { continue }
            // 0 is the harmless choice, so a request that a story does not need goes away when the story is made shorter.
            guard choices.below(20) > 0 else { continue }
            let at = Duration.milliseconds(choices.below(40_000))
            world.scheduler.after(at) { [self] in
                create(id)
                let clicks = choices.pick([1, 0, 2, 3])
                for _ in 0..<clicks { world.scheduler.after(.milliseconds(choices.below(30_000))) { [self] in click(id) } }
                if choices.chance(1, in: 5) {
                    world.scheduler.after(.milliseconds(choices.below(30_000))) { [self] in useTctl(id) }
                }
                if choices.chance(1, in: 6) {
                    world.scheduler.after(.milliseconds(choices.below(30_000))) { [self] in review(id) }
                }
            }
        }
    }

    /// Plans the day of a script: one request, and one click on its post.
    func follow(_ script: Script) {
        guard let id = RequestID("request-1") else { return }
        world.scheduler.after(.seconds(1)) { [self] in create(id) }
        world.scheduler.after(.milliseconds(1500)) { [self] in
            guard let (reference, post) = world.mattermost.posts(about: id).first else { return }
            press(script.click, of: post, on: reference, id, by: "ana")
        }
    }

    /// Decides the first request otherwise than the click of a script does.
    func useTctl() {
        guard let id = world.teleport.order.first, world.teleport.request(id)?.state == .pending else { return }
        world.trace.add("tctl", "deny \(id)")
        world.oracle.decidedElsewhere(id)
        world.teleport.change(id) { $0.state = .denied }
    }

    private func create(_ id: RequestID) {
        let lifetime = Duration.seconds(choices.pick([3600, 600, 120, 20]))
        let user = choices.pick(["erin", "ana", "bob"])
        let now = world.wallTime
        let request = AccessRequest(
            id: id, user: user, roles: ["admin"], state: .pending, reason: "why", created: now,
            expires: now.advanced(by: lifetime))
        world.trace.add(user, "asks for \(id), for \(lifetime)")
        world.oracle.asked(for: id)
        world.teleport.create(request, lifetime: lifetime, dataLifetime: lifetime + .seconds(3600))
    }

    private func useTctl(_ id: RequestID) {
        guard let request = world.teleport.request(id), request.state == .pending else { return }
        if choices.chance(1, in: 5) { return world.teleport.delete(id) }
        let decision = choices.pick([Decision.approve, .deny])
        world.trace.add("tctl", "\(decision) \(id)")
        world.oracle.decidedElsewhere(id)
        world.teleport.change(id) { $0.state = decision.state }
    }

    private func review(_ id: RequestID) {
        world.teleport.change(id) {
            $0.reviews.append(
                AccessReview(author: "reviewer\($0.reviews.count)", proposed: .approved, reason: "", created: world.wallTime))
        }
    }

    // MARK: - Clicks

    /// Somebody presses a button of one of the request's posts, perhaps twice, or both, or one that is not theirs to press.
    private func click(_ id: RequestID) {
        let posts = world.mattermost.posts(about: id).filter { !$0.post.buttons.isEmpty }
        guard !posts.isEmpty else { return }
        let (reference, post) = posts[choices.below(posts.count)]
        let kind = choices.below(12)
        let person = kind == 1 ? Self.outsiders[0] : choices.pick(Self.approvers)
        let decision = choices.pick(Decision.allCases)
        switch kind {
        case 2:
            // A copy of the button in another post.
            press(decision, of: post, on: PostReference(channelID: reference.channelID, postID: "copied"), id, by: person)
        case 3:
            press(decision, of: post, on: reference, id, by: person)
            press(decision, of: post, on: reference, id, by: person)
        case 4:
            press(decision, of: post, on: reference, id, by: person)
            press(decision == .approve ? .deny : .approve, of: post, on: reference, id, by: choices.pick(Self.approvers))
        case 5: press(decision, of: post, on: reference, id, by: person, changing: ["action": "deny", "req_id": "request-1"])
        default: press(decision, of: post, on: reference, id, by: person)
        }
    }

    private func press(
        _ decision: Decision, of post: SimulatedMattermost.Post, on reference: PostReference, _ id: RequestID,
        by person: String, changing forged: [String: String] = [:]
    ) {
        guard let button = post.buttons.first(where: { $0.id == decision.rawValue }) else { return }
        let living = world.living
        guard !living.isEmpty else { return }
        let replica = living[world.script.map { min($0.clicked, living.count - 1) } ?? choices.below(living.count)]
        let context = button.context.merging(forged) { $1 }
        world.trace.add(person, "presses \(decision) of \(id) on \(reference), at \(replica.machine.name)")
        guard let action = world.verify(context) else { return }
        if context != button.context { world.oracle.believedForgery(action) }
        let number = world.oracle.clicked(action.decision, on: action.requestID, by: person, post: reference)
        let click = VerifiedClick(
            action: action, userID: person, userName: person, channelID: reference.channelID, postID: reference.postID,
            teamID: nil, triggerID: Secret(""), remoteAddress: "192.0.2.1")
        world.scheduler.after(.milliseconds(1 + choices.below(10))) { [world] in
            replica.click(click) { answer in
                // Mattermost itself puts the answer's card into the post.
                world.scheduler.after(.milliseconds(1 + world.choices.below(5))) {
                    world.mattermost.show(answer.update, on: reference)
                    world.oracle.answered(number, answer)
                }
            }
        }
    }
}
