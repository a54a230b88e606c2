/// What kind of world a seed makes: how many replicas, which faults, how often. The first choice of each is the harmless one.
struct Plan {
    var replicas: Int
    var requests: Int
    var channels: Int
    /// Calls in a thousand that something happens to.
    var teleportFaults: Int
    var chatFaults: Int
    var isSlow: Bool
    var kills: Int
    var freezes: Int
    var outages: Int
    var lostWatches: Int
    var meddling: Int
    var nodes: Int
    var teleportLag: Duration
    var chatLag: Duration
    var listsPluginData: Bool
    var configurations: Int
    var reminds: Bool
    var skew: Duration
    var postingDelay: Duration

    init(_ choices: Choices, requests: Int) {
        self.requests = requests
        replicas = 1 + choices.below(3)
        channels = 1 + choices.below(3)
        teleportFaults = choices.pick([0, 0, 5, 20, 60])
        chatFaults = choices.pick([0, 0, 5, 20, 60])
        isSlow = choices.chance(1, in: 2)
        kills = choices.pick([0, 0, 1, 3])
        freezes = choices.pick([0, 0, 1, 3])
        outages = choices.pick([0, 0, 1, 2])
        lostWatches = choices.pick([0, 0, 2, 6])
        meddling = choices.pick([0, 0, 2, 6])
        nodes = 1 + choices.below(2)
        teleportLag = .milliseconds(choices.pick([0, 0, 50, 500]))
        chatLag = .milliseconds(choices.pick([0, 0, 50, 500]))
        listsPluginData = !choices.chance(1, in: 4)
        configurations = 1 + choices.below(2)
        reminds = choices.chance(1, in: 3)
        postingDelay = .seconds(choices.pick([0, 0, 3]))
        skew = .milliseconds(choices.pick([0, 0, 500, 2000]))
    }

    /// Whether nothing fails and nobody is in the way. Reads may lag all the same.
    var isCalm: Bool {
        [teleportFaults, chatFaults, kills, freezes, outages, lostWatches, meddling].allSatisfy { $0 == 0 }
    }
}
