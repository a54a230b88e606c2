/// Plans what breaks in a world, and when it is well again.
struct Faults {
    private let world: World
    private var choices: Choices { world.choices }
    private var scheduler: Scheduler { world.scheduler }

    init(_ world: World) { self.world = world }

    func plan() {
        let plan = world.plan
        for _ in 0..<plan.kills { sometime { kill() } }
        for _ in 0..<plan.freezes { sometime { freeze() } }
        for _ in 0..<plan.outages { sometime { outage() } }
        for _ in 0..<plan.lostWatches { sometime { loseWatch() } }
        for _ in 0..<plan.meddling { sometime { meddle() } }
        for _ in 0..<plan.keyRotations { sometime { [world] in world.mattermost.makeNewKey() } }
        for _ in 0..<plan.clockSteps { sometime { setClock() } }
        if plan.beginsWithOlder { sometime { [world] in world.replaceOlder() } }
        planIncidents()
    }

    /// Plans what happens to replicas between any two of their steps: as many jobs later, to the replica whose job is next.
    private func planIncidents() {
        var kinds = [Bool](repeating: true, count: world.plan.stepKills)
        kinds += [Bool](repeating: false, count: world.plan.stepFreezes)
        guard !kinds.isEmpty else { return }
        let world = world
        scheduler.incident = { machine in
            guard !kinds.isEmpty, world.scheduler.now < World.day else { return }
            let kills = kinds.remove(at: world.choices.below(kinds.count))
            if let replica = world.replicas.first(where: { $0.machine === machine }), replica.isAlive {
                if kills { Faults(world).kill(replica) } else { Faults(world).freeze(replica) }
            }
            world.scheduler.stepsToIncident = world.choices.below(world.plan.stepsBetween)
        }
        scheduler.stepsToIncident = choices.below(world.plan.stepsBetween)
    }

    private func sometime(_ action: @escaping () -> Void) {
        scheduler.after(.milliseconds(1000 + choices.below(70_000)), action)
    }

    private func oneReplica() -> SimulatedReplica? {
        let living = world.living
        return living.isEmpty ? nil : living[choices.below(living.count)]
    }

    private func kill(_ one: SimulatedReplica? = nil) {
        (one ?? oneReplica())?.kill()
        scheduler.after(.milliseconds(100 + choices.below(20_000))) { [world] in world.startReplica() }
    }

    /// Freezes a replica that has just claimed the posting of a request, now and then: before it is told so, or a few jobs later, when it
    /// is about to post.
    func claimed(by name: String) {
        let share = world.plan.frozenHolders
        guard share > 0, scheduler.now < World.day, choices.chance(1, in: share) else { return }
        guard let holder = world.living.first(where: { $0.machine.name == name }) else { return }
        holder.machine.after(jobs: choices.below(5)) { [world] in if holder.isAlive { Faults(world).freeze(holder) } }
    }

    private func freeze(_ one: SimulatedReplica? = nil) {
        guard let replica = one ?? oneReplica() else { return }
        replica.freeze()
        scheduler.after(.milliseconds(100) + upTo(world.plan.longestFreeze)) { replica.thaw() }
    }

    /// Somebody sets the wall clock of a machine, forward or back.
    private func setClock() {
        guard let replica = oneReplica() else { return }
        let change = Duration.milliseconds(choices.below(120_001) - 60_000)
        world.trace.add(replica.machine.name, "has its clock set by \(change)")
        replica.clock.step(by: change)
    }

    private func outage() {
        let server = choices.pick([world.teleportServer, world.chatServer])
        server.isAway = true
        world.trace.add(server.name, "is away")
        if server === world.teleportServer { for replica in world.living { replica.disconnect() } }
        scheduler.after(.milliseconds(100) + trouble()) { [world] in
            server.isAway = false
            world.trace.add(server.name, "is back")
        }
    }

    private func loseWatch() { oneReplica()?.disconnect() }

    private func trouble() -> Duration { upTo(world.plan.longestTrouble) }

    private func upTo(_ longest: Duration) -> Duration { .milliseconds(choices.below(Int(longest / .milliseconds(1)))) }

    /// An administrator or a member of a channel does something that is in the plugin's way, and perhaps undoes it.
    private func meddle() {
        let (chat, teleport) = (world.mattermost, world.teleport)
        let channel = choices.pick(world.channelIDs)
        // A role that loses a permission for less than two seconds may mislead: docs/reliability.md names this window.
        let back = Duration.milliseconds(2500) + trouble()
        func forAWhile(_ words: String, _ set: @escaping (Bool) -> Void) {
            world.trace.add("admin", "\(words) for \(back)")
            set(true)
            scheduler.after(back) { set(false) }
        }
        switch choices.pick(world.plan.meddlers) {
        case .deletePost: deletePost()
        case .archiveChannel: forAWhile("\(channel) is archived") { chat.channels[channel]?.isArchived = $0 }
        case .removeBot: forAWhile("the bot leaves \(channel)") { chat.channels[channel]?.hasBot = !$0 }
        case .forbidEdits: forAWhile("the bot may not edit in \(channel)") { chat.channels[channel]?.mayEdit = !$0 }
        case .revokeToken: forAWhile("the token is revoked") { chat.isTokenRevoked = $0 }
        case .limitCalls: forAWhile("mattermost limits calls") { chat.isLimiting = $0 }
        case .hideRequests: forAWhile("the role lacks list and read") { teleport.showsRequests = !$0 }
        case .forbidUpdates: forAWhile("the role lacks update") { teleport.mayWrite = !$0 }
        case .demandMFA: forAWhile("the cluster demands MFA") { teleport.demandsMFA = $0 }
        case .leaveChannel:
            let person = choices.pick(People.approvers)
            world.trace.add("admin", "\(person) leaves \(channel)")
            chat.channels[channel]?.members.remove(person.id)
        }
    }

    private func deletePost() {
        let posts = world.teleport.order.flatMap { world.mattermost.posts(about: $0) }
        guard !posts.isEmpty else { return }
        world.mattermost.delete(posts[choices.below(posts.count)].reference)
    }
}
