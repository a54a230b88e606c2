import Access
import ActionCrypto
import Clicks
import TriggerSigning

/// Somebody who reads what passes between Mattermost and the plugin, and makes clicks of it. They know every signed context, and
/// the proofs of the clicks that were answered; they have neither of the keys.
extension People {
    private enum Forgery: CaseIterable {
        /// The same click, sent again to the replica that answered it, or to another one.
        case replay, replayElsewhere
        /// A proof that was used, with the context of another button, at the replica that knows it.
        case otherButton
        /// The same at another replica, which does not know that the proof was used: docs/security.md names this window.
        case otherButtonElsewhere
        /// The proof of the forger's own click, in the name of somebody else.
        case ownProof
        /// A proof that another server has signed.
        case foreignKey
        case noProof
    }

    private static let foreign = try? TriggerSigner()

    func forge() {
        let living = world.living
        guard let place = seen.indices.last, !living.isEmpty else { return }
        // Newer clicks are more interesting, because their proofs are still valid.
        let seenClick = seen[max(place - choices.below(20), 0)]
        let forgery = choices.pick(Forgery.allCases)
        let other = living[choices.below(living.count)]
        let own = seenClick.replica.isAlive ? seenClick.replica : other
        switch forgery {
        case .replay: send(forgery, seenClick.click, seenClick, to: own)
        case .replayElsewhere: send(forgery, seenClick.click, seenClick, to: other)
        case .otherButton: sendOther(forgery, seenClick, proof: seenClick.click.triggerID.reveal(), to: own)
        case .otherButtonElsewhere: sendOther(forgery, seenClick, proof: seenClick.click.triggerID.reveal(), to: other)
        case .ownProof: sendOther(forgery, seenClick, proof: world.mattermost.prove(Self.outsider), to: other)
        case .foreignKey:
            sendOther(forgery, seenClick, proof: world.mattermost.prove(seenClick.person, by: Self.foreign), to: other)
        case .noProof: sendOther(forgery, seenClick, proof: "", to: other)
        }
    }

    /// Sends a click in the name of the same person with the context of any other button there is.
    private func sendOther(_ forgery: Forgery, _ seenClick: SeenClick, proof: String, to replica: SimulatedReplica) {
        let posts = world.teleport.order.filter { world.teleport.request($0)?.state == .pending }
            .flatMap { world.mattermost.posts(about: $0) }.filter { !$0.post.buttons.isEmpty }
        guard !posts.isEmpty else { return }
        let (reference, post) = posts[choices.below(posts.count)]
        guard let action = world.verify(choices.pick(post.buttons).context) else { return }
        send(forgery, Self.click(action, seenClick.person, reference, proof: proof), seenClick, to: replica)
    }

    private func send(_ forgery: Forgery, _ click: VerifiedClick, _ seenClick: SeenClick, to replica: SimulatedReplica) {
        let action = click.action
        world.trace.add(
            "forger",
            "\(forgery) as \(seenClick.person): \(action.decision) \(action.requestID) at "
                + replica.machine.name)
        // A replica that began after the click refuses its proof, unless it cannot tell which was first.
        let mayKnow = replica === seenClick.replica || replica.begun > seenClick.at + World.startDoubt
        let isFresh = [.replay, .replayElsewhere, .otherButton, .otherButtonElsewhere].contains(forgery)
        if isFresh, !mayKnow || world.plan.clockSteps > 0 && replica !== seenClick.replica {
            world.oracle.replayed(action.decision, of: action.requestID, as: seenClick.person, of: seenClick.at)
        }
        send(click, to: replica) { _ in }
    }
}
