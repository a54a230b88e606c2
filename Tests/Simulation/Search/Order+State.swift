import Access
import Clicks
import Posts

/// Numbers for the states of a world, by which it is known that a way on was gone before.
extension Order {
    /// Notes an event of the watch. Events are not held back: it is enough that the calls are which follow them. The reconciler
    /// remembers them by itself.
    func tell(_ fact: Sight.Fact, to replica: SimulatedReplica) {
        let isSweeping = calls.contains { $0.machine === replica.machine && $0.activity == .sweeps }
        if isSweeping { note("\(fact)".hashValue, for: replica.machine, .sweeps) }
    }

    /// Notes what an activity of a machine was told. All that it does follows from that, and from the memory of the replica.
    func note(_ what: Int, for machine: Machine, _ activity: Activity) {
        var hasher = Hasher()
        hasher.combine(machine.histories[activity.rawValue])
        hasher.combine(what)
        hasher.combine(world.scheduler.now)
        machine.histories[activity.rawValue] = hasher.finalize()
    }

    /// A number for everything on which the rest of the world depends, apart from what is left of the limits: what the servers
    /// hold, what each replica remembers and was told, what is under way, and what is still to happen at which time.
    func state() -> Int {
        var hasher = Hasher()
        hasher.combine(world.scheduler.now)
        hasher.combine(world.scheduler.pending)
        hasher.combine(hasClicked)
        hasher.combine(hasUsedTctl)
        if limits.switches == nil { hasher.combine(budget.faults) } else { hasher.combine(busy?.name) }
        for replica in world.replicas { replica.combine(into: &hasher) }
        hasher.combine(
            calls.reduce(0) { sum, call in
                var hasher = Hasher()
                hasher.combine(call.machine.name)
                hasher.combine(call.activity)
                hasher.combine(call.what)
                return sum &+ hasher.finalize()
            })
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
        hasher.combine(oracle.claimWritten[id]?[.posting])
        hasher.combine(oracle.claimWritten[id]?[.deciding])
        hasher.combine(oracle.made[id]?.decision)
        hasher.combine(oracle.pressed.first?.isDone)
        hasher.combine(oracle.pressed.first?.answer?.text)
    }
}
