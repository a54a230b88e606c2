/// What kind of world a seed makes: how many replicas, which faults, how often. The first choice of each is the harmless one.
struct Plan {
    /// What the world is about. Everything that is not said below is drawn for its kind of trouble.
    var profile = Profile.calm
    var requests: Int

    // MARK: Servers

    var channels = 1
    /// The nodes of Mattermost, and the number of posts on a page of a channel.
    var nodes = 1
    var pageSize = 100
    /// Whether the plugin of another cluster posts in the same channels, with the same bot.
    var hasNeighbour = false
    var teleportLag = Duration.zero
    var chatLag = Duration.zero
    var listsPluginData = true
    /// How long a request may stay after its time, as in a database that removes what is over now and then.
    var lateEnd = Duration.zero
    /// The number of approvals that decide a request; zero for a server without thresholds.
    var approvals = 0
    /// Whether Teleport takes reviews, and whether it takes them on behalf of others.
    var takesReviews = true
    var takesReviewsForOthers = true

    // MARK: Replicas

    var replicas = 1
    var configurations = 1
    /// Whether the first replicas are of an older version, which knows fewer fields of the record.
    var beginsWithOlder = false
    var decidesByReview = false
    var reviewsAsPlugin = false
    var reminds = false
    /// Whether a further channel is told of requests that nobody has decided for a while.
    var escalates = false
    /// Whether requesters are told of decisions in a direct message.
    var notifies = false
    var postingDelay = Duration.zero
    /// The largest difference of a wall clock, the largest drift in millionths, and how often clocks are set.
    var skew = Duration.zero
    var drift = 0
    var clockSteps = 0

    // MARK: Trouble

    /// Calls in a thousand that something happens to.
    var teleportFaults = 0
    var chatFaults = 0
    /// Whether calls can be late for longer than their callers wait.
    var isSlow = false
    var kills = 0
    var freezes = 0
    /// How often a replica is killed or frozen between any two of its steps.
    var stepKills = 0
    var stepFreezes = 0
    /// The largest number of steps between two of these.
    var stepsBetween = 1500
    /// How long a replica is frozen, at most, and a watch is off.
    var longestFreeze = Duration.seconds(40)
    /// One in this many replicas that claim the posting of a request is frozen then, or a few jobs later; zero for none.
    var frozenHolders = 0
    var longestGap = Duration.seconds(8)
    var outages = 0
    var lostWatches = 0
    var meddling = 0
    /// What people do that is in the plugin's way.
    var meddlers = Meddler.allCases
    /// The longest time for which a server is away, or something is in the plugin's way.
    var longestTrouble = Duration.seconds(40)
    /// How often somebody replays or forges a click.
    var forgeries = 0
    var keyRotations = 0

    // MARK: People

    /// Whether people press buttons and use `tctl` at the same moment.
    var isContested = false
    /// Whether some requests suggest reviewers, who are told in direct messages.
    var suggests = false
    /// For how long requests are pending.
    var lifetimes = [3600, 600, 120, 20]
    /// How long everything is quiet after the day. It mostly ends before the sweep that comes every ten minutes, so that
    /// nothing may wait for that sweep.
    var quiet = Duration.seconds(450)

    init(_ choices: Choices, requests: Int) {
        self.requests = requests
        replicas = 1 + choices.below(3)
        channels = 1 + choices.below(3)
        nodes = 1 + choices.below(2)
        teleportLag = .milliseconds(choices.pick([0, 0, 50, 500]))
        chatLag = .milliseconds(choices.pick([0, 0, 50, 500]))
        listsPluginData = !choices.chance(1, in: 4)
        configurations = 1 + choices.below(2)
        reminds = choices.chance(1, in: 3)
        postingDelay = .seconds(choices.pick([0, 0, 0, 3]))
        approvals = choices.pick([0, 0, 1, 2])
        if choices.chance(1, in: 8) { quiet = .seconds(1000) }
        lateEnd = .seconds(choices.pick([0, 0, 10]))
        escalates = reminds && choices.chance(1, in: 2)
        hasNeighbour = choices.chance(1, in: 4)
        pageSize = choices.pick([100, 100, 3])
        (notifies, suggests) = (choices.chance(1, in: 3), choices.chance(1, in: 3))
        profile = choices.pick(Profile.allCases)
        profile.draw(&self, choices)
    }

    /// The plan of a world in which nothing is left to chance.
    static func bare(replicas: Int) -> Plan {
        var plan = Plan(Choices(repeating: []), requests: 1)
        // Replicas are killed, though not by the plan, so that nothing need be prompt.
        (plan.replicas, plan.kills) = (replicas, 1)
        return plan
    }

    /// Whether each replica's clock is right, to a few seconds.
    var hasGoodClocks: Bool { skew < .seconds(10) && clockSteps == 0 }

    /// Whether nothing fails that could keep a replica from its work, so that nothing may be late or doubled. Reads may lag all
    /// the same.
    var isCalm: Bool {
        [teleportFaults, chatFaults, kills, freezes, stepKills, stepFreezes, outages, lostWatches, meddling].allSatisfy {
            $0 == 0
        }
            && !beginsWithOlder
    }
}
