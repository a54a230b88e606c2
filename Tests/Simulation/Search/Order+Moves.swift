import Access
import Clicks

/// The ways on from a moment.
extension Order {
    enum Move: Equatable {
        /// Time passes until something else happens.
        case wait
        /// The call at this place takes effect.
        case happens(Int)
        case fails(Int, CallFault)
        /// An administrator decides the request.
        case tctl
        /// A person presses the other button than the administrator.
        case click
    }

    /// All ways on, of which those come first that leave the most to be chosen later.
    func moves() -> [Move] {
        // Nothing that anybody does changes the answer, so nothing need be tried before this call.
        if let place = calls.firstIndex(where: isSettled) { return [.happens(place)] + faults(of: [place]) }
        let busy = busy
        let own = calls.indices.filter { busy == nil || calls[$0].machine === busy }
        let others = budget.switches > 0 ? calls.indices.filter { busy != nil && calls[$0].machine !== busy } : []
        var moves = own.map(Move.happens)
        if calls.isEmpty {
            guard isNews else { return [] }
            moves.append(.wait)
        }
        return moves + acts() + others.map(Move.happens) + faults(of: own + others)
    }

    private func faults(of places: [Int]) -> [Move] {
        guard budget.faults > 0 else { return [] }
        return places.flatMap { place in
            CallFault.allCases.filter { !calls[place].call.isRead || $0.mattersToReads }.map { .fails(place, $0) }
        }
    }

    /// What people do now: decide with `tctl`, and press a button. The replicas are alike, and either can have posted, so it does
    /// not matter which of them gets the click.
    private func acts() -> [Move] {
        guard let id, world.teleport.request(id)?.state == .pending else { return [] }
        let canClick = !hasClicked && openButton != nil && !world.living.isEmpty
        return (hasUsedTctl ? [] : [.tctl]) + (canClick ? [.click] : [])
    }

    var openButton: (PostReference, Card.Button)? {
        guard let id, let (reference, post) = world.mattermost.posts(about: id).first else { return nil }
        let decision = limits.tctl == .approve ? Decision.deny : .approve
        return post.buttons.first { $0.id == decision.rawValue }.map { (reference, $0) }
    }

    /// Whether nothing that can still happen changes the answer of a call: the role's permissions do not change in these worlds,
    /// and neither does a decided request that no click is about.
    func isSettled(_ call: any HeldCall) -> Bool {
        switch call.call {
        case .read(.role): true
        case .read(.requests): !canBeDecided
        default: false
        }
    }

    /// Whether anybody can still decide the request. A person can press a button only while it is pending.
    private var canBeDecided: Bool {
        guard let id, let request = world.teleport.request(id) else { return false }
        if request.state == .pending { return true }
        // Teleport refuses to decide what was denied. A decision that was given up may still arrive.
        return request.state != .denied
            && (world.living.contains { $0.clicksInProgress > 0 } || calls.contains { $0.call == .decide }
                || lateDecision >= world.scheduler.now)
    }

    func words(_ move: Move) -> String {
        switch move {
        case .wait: "people wait"
        case .happens(let place): "\(calls[place].machine.name): \(calls[place].what)"
        case .fails(let place, let fault): "\(fault) of \(calls[place].machine.name): \(calls[place].what)"
        case .tctl: "tctl: \(limits.tctl)"
        case .click: "a click"
        }
    }
}
