import Access
import ActionCrypto
import Clicks

/// A click with the replica that answered it, and the time at which it was made.
struct SeenClick {
    var click: VerifiedClick
    var person: Person
    var replica: SimulatedReplica
    var at: Duration
}

extension People {
    /// Somebody presses a button of one of the request's posts, perhaps twice, or both, or one that is not theirs to press.
    func click(_ id: RequestID) {
        let posts = world.mattermost.posts(about: id).filter { !$0.post.buttons.isEmpty }
        guard !posts.isEmpty else { return }
        let (reference, post) = posts[choices.below(posts.count)]
        let kind = choices.below(12)
        let person = kind == 1 ? Self.outsider : choices.pick(Self.approvers)
        let decision = choices.pick(Decision.allCases)
        press(
            decision, of: post, on: kind == 2 ? PostReference(channelID: reference.channelID, postID: "copied") : reference,
            id, by: person, changing: kind == 5 ? ["action": "deny", "req_id": "request-1"] : [:])
        switch kind {
        case 3: press(decision, of: post, on: reference, id, by: person)
        case 4:
            let other = decision == .approve ? Decision.deny : .approve
            press(other, of: post, on: reference, id, by: choices.pick(Self.approvers))
        default: break
        }
    }

    private func press(
        _ decision: Decision, of post: SimulatedMattermost.Post, on reference: PostReference, _ id: RequestID,
        by person: Person, changing forged: [String: String] = [:]
    ) {
        let living = world.living
        guard let button = post.buttons.first(where: { $0.id == decision.rawValue }), !living.isEmpty else { return }
        let replica = living[choices.below(living.count)]
        press(button, changing: forged, on: reference, id, by: person, at: replica)
    }

    /// Presses a button of a post. Mattermost sends the click to this replica, and puts the card of its answer into the post.
    func press(
        _ button: Card.Button, changing forged: [String: String] = [:], on reference: PostReference, _ id: RequestID,
        by person: Person, at replica: SimulatedReplica
    ) {
        let context = button.context.merging(forged) { $1 }
        world.trace.add(person.name, "presses \(button.id) of \(id) on \(reference), at \(replica.machine.name)")
        guard let action = world.verify(context) else { return }
        if context != button.context { world.oracle.believedForgery(action) }
        let number = world.oracle.clicked(action.decision, on: action.requestID, by: person, post: reference)
        let click = Self.click(action, person, reference, proof: world.mattermost.prove(person))
        let seenClick = SeenClick(click: click, person: person, replica: replica, at: world.scheduler.now)
        send(click, to: replica) { [self] reply in
            // A click that was not judged has not used its proof up.
            if case .answer = reply { seen.append(seenClick) }
            guard let answer = reply.said else { return }
            world.mattermost.show(answer.update, on: reference)
            world.oracle.answered(number, answer)
        }
    }

    /// Sends a click to a replica, as Mattermost does. Its reply takes a moment to arrive.
    func send(
        _ click: VerifiedClick, to replica: SimulatedReplica, _ answered: @escaping (ClickReply<ClickAnswer>) -> Void
    ) {
        let hop = world.order == nil ? Duration.milliseconds(1 + choices.below(10)) : .zero
        world.scheduler.after(hop) { [world] in
            replica.click(click) { reply in
                let back = world.order == nil ? Duration.milliseconds(1 + world.choices.below(5)) : .zero
                world.scheduler.after(back) { answered(reply) }
            }
        }
    }

    static func click(
        _ action: VerifiedAction, _ person: Person, _ reference: PostReference, proof: String
    ) -> VerifiedClick {
        VerifiedClick(
            action: action, userID: person.id, userName: person.name, channelID: reference.channelID,
            postID: reference.postID, teamID: nil, triggerID: Secret(proof), remoteAddress: "192.0.2.1")
    }
}

extension ClickReply<ClickAnswer> {
    /// What the person is told; nil for a click that is taken for a forgery.
    var said: ClickAnswer? {
        switch self {
        case .answer(let answer), .counted(let answer): answer
        case .refused(let words, _, _): words
        }
    }
}
