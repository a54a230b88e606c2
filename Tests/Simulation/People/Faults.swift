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
    }

    private func sometime(_ action: @escaping () -> Void) {
        scheduler.after(.milliseconds(1000 + choices.below(70_000)), action)
    }

    private func oneReplica() -> SimulatedReplica? {
        let living = world.living
        return living.isEmpty ? nil : living[choices.below(living.count)]
    }

    private func kill() {
        oneReplica()?.kill()
        scheduler.after(.milliseconds(100 + choices.below(20_000))) { [world] in world.startReplica() }
    }

    private func freeze() {
        guard let replica = oneReplica() else { return }
        replica.freeze()
        scheduler.after(.milliseconds(100 + choices.below(40_000))) { replica.thaw() }
    }

    private func outage() {
        let server = choices.pick([world.teleportServer, world.chatServer])
        server.isAway = true
        world.trace.add(server.name, "is away")
        if server === world.teleportServer { for replica in world.living { replica.disconnect() } }
        scheduler.after(.milliseconds(100 + choices.below(30_000))) { [world] in
            server.isAway = false
            world.trace.add(server.name, "is back")
        }
    }

    private func loseWatch() { oneReplica()?.disconnect() }

    /// An administrator or a member of a channel does something that is in the plugin's way, and perhaps undoes it.
    private func meddle() {
        let chat = world.mattermost
        let channel = choices.pick(world.channelIDs)
        let back = Duration.milliseconds(500 + choices.below(40_000))
        func forAWhile(_ words: String, _ set: @escaping (Bool) -> Void) {
            world.trace.add("admin", "\(words) for \(back)")
            set(true)
            scheduler.after(back) { set(false) }
        }
        switch choices.below(9) {
        case 0: deletePost()
        case 1: forAWhile("\(channel) is archived") { chat.channels[channel]?.isArchived = $0 }
        case 2: forAWhile("the bot leaves \(channel)") { chat.channels[channel]?.hasBot = !$0 }
        case 3: forAWhile("the bot may not edit in \(channel)") { chat.channels[channel]?.mayEdit = !$0 }
        case 4: forAWhile("the token is revoked") { chat.isTokenRevoked = $0 }
        case 5: forAWhile("mattermost limits calls") { chat.isLimiting = $0 }
        case 6: forAWhile("the role lacks list and read") { [world] in world.teleport.showsRequests = !$0 }
        case 7: forAWhile("the role lacks update") { [world] in world.teleport.mayWrite = !$0 }
        default:
            let person = choices.pick(People.approvers)
            world.trace.add("admin", "\(person) leaves \(channel)")
            world.oracle.left(person, channel)
            chat.channels[channel]?.members.remove(person)
        }
    }

    private func deletePost() {
        let posts = world.teleport.order.flatMap { world.mattermost.posts(about: $0) }
        guard !posts.isEmpty else { return }
        world.mattermost.delete(posts[choices.below(posts.count)].reference)
    }
}
