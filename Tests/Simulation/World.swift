import Access
import ActionCrypto
import Posts
import TriggerSigning

/// A world: two servers, people, and one to three replicas of the plugin. Its choices decide everything that happens in it.
final class World: @unchecked Sendable {
    static let cluster = "example"
    /// The time during which people act and things fail.
    static let day = Duration.seconds(90)
    /// A replica that began this long after a click refuses its proof, whatever the difference of the clocks.
    static let startDoubt = Duration.seconds(4)
    /// The keys with which a simulated Mattermost proves clicks. Making them takes long, so all worlds share them: nothing
    /// depends on their bytes.
    static let signers = (0..<3).compactMap { _ in try? TriggerSigner() }
    static let epoch = Timestamp(milliseconds: 1_800_000_000_000)

    let choices: Choices
    let scheduler: Scheduler
    let trace: Trace
    let plan: Plan
    let teleportServer = Server("teleport")
    let chatServer = Server("mattermost")
    private(set) var replicas: [SimulatedReplica] = []
    private(set) lazy var teleport = SimulatedTeleport(self)
    private(set) lazy var mattermost = SimulatedMattermost(self)
    private(set) lazy var oracle = Oracle(self)
    private(set) lazy var people = People(self)
    /// Decides the order of all calls in a world without chance; nil in one whose choices decide.
    let order: Order?
    private let signer: ActionSigner
    private var calls = 0
    private var started = 0

    /// A world in which nothing but the order of calls is open.
    convenience init(_ order: Order, isTraced: Bool = false) throws {
        try self.init(Choices(repeating: []), .bare(replicas: 2), order: order, isTraced: isTraced)
    }

    convenience init(_ choices: Choices, requests: Int = 20, isTraced: Bool = false) throws {
        try self.init(choices, Plan(choices, requests: requests), order: nil, isTraced: isTraced)
    }

    private init(_ choices: Choices, _ plan: Plan, order: Order?, isTraced: Bool) throws {
        self.choices = choices
        self.plan = plan
        self.order = order
        scheduler = Scheduler(choices)
        trace = Trace(isKept: isTraced, scheduler)
        signer = try ActionSigner(secret: Secret(Array("a secret of the simulation".utf8)))
        let members = Set(People.approvers.map(\.id))
        for id in allChannelIDs { mattermost.channels[id] = .init(id: id, members: members) }
        mattermost.users = Dictionary(uniqueKeysWithValues: People.all.map { ($0.id, $0.account) })
    }

    var channelIDs: [String] { (1...plan.channels).map { "channel\($0)" } }

    var allChannelIDs: [String] { channelIDs + (onCall.map { [$0] } ?? []) }

    /// The channel that is told of requests which nobody has decided for ``patience``; nil if there is none.
    var onCall: String? { plan.escalates ? "oncall" : nil }
    private static let patience = Duration.seconds(20)

    var rules: RecipientRules {
        var rules = RecipientRules(always: channelIDs.map(Self.recipient))
        rules.escalations = reminders.filter { !$0.isReply }
        return rules
    }

    var reminders: [ReminderStep] {
        let reply = plan.reminds ? [ReminderStep(.beforeExpiry(.seconds(60)))] : []
        return reply + (onCall.map { [ReminderStep(.after(Self.patience), recipients: [Self.recipient($0)])] } ?? [])
    }

    private static func recipient(_ channel: String) -> Recipient {
        .channel(ChannelName(team: "team", channel: channel))
    }

    var wallTime: Timestamp { Self.epoch.advanced(by: scheduler.now) }

    func nextCall() -> Int {
        calls += 1
        return calls
    }

    // MARK: - A life

    /// Lives through a day of faults and the quiet after it. Returns what went wrong.
    func run() -> [Violation] {
        setUp()
        for _ in 0..<plan.replicas { startReplica() }
        if let order {
            order.begin(self)
            scheduler.run(until: Order.end)
            if scheduler.isAbandoned { return oracle.violations }
        } else {
            people.plan()
            Faults(self).plan()
            scheduler.run(until: Self.day)
            heal()
            scheduler.run(until: Self.day + plan.quiet)
            // A reminder may have become due a moment ago.
            for _ in 0..<6 where living.contains(where: \.isWorking) { scheduler.run(until: scheduler.now + .seconds(10)) }
        }
        oracle.judgeEnd()
        // A copy of the process ends with the schedule.
        if order?.isSearching == true { return oracle.violations }
        for replica in replicas { replica.cancel() }
        scheduler.finish(replicas.map(\.machine))
        // The replicas and the world hold each other in memory.
        replicas = []
        return oracle.violations
    }

    private func setUp() {
        if plan.hasNeighbour { mattermost.addNeighbour() }
        (teleportServer.faults, chatServer.faults) = (plan.teleportFaults, plan.chatFaults)
        (teleportServer.isSlow, chatServer.isSlow) = (plan.isSlow, plan.isSlow)
        (teleport.lag, mattermost.lag) = (plan.teleportLag, plan.chatLag)
        (mattermost.nodes, mattermost.pageSize) = (plan.nodes, plan.pageSize)
        teleport.listsPluginData = plan.listsPluginData
    }

    func startReplica() {
        started += 1
        let isOlder = plan.beginsWithOlder && started <= plan.replicas
        let configuration = isOlder ? 0 : choices.below(plan.configurations)
        let replica = SimulatedReplica("replica\(started)", self, configuration: configuration, isOlder: isOlder)
        replicas.append(replica)
        replica.start()
    }

    /// Updates the replicas of an older version, one after the other.
    func replaceOlder() {
        for (place, replica) in living.filter(\.isOlder).enumerated() {
            scheduler.after(.seconds(3 * place)) { [self] in
                guard replica.isAlive else { return }
                replica.kill()
                startReplica()
            }
        }
    }

    func replica(_ machine: Machine) -> SimulatedReplica? { replicas.first { $0.machine === machine } }

    func kill(_ machine: Machine) {
        replica(machine)?.kill()
        scheduler.after(.seconds(1), while: { [self] in living.isEmpty }) { [self] in if living.isEmpty { startReplica() } }
    }

    var living: [SimulatedReplica] { replicas.filter(\.isAlive) }

    /// Ends all faults. From here on everything has to become right.
    private func heal() {
        trace.add("world", "all is well from now on")
        (teleportServer.faults, chatServer.faults) = (0, 0)
        (teleportServer.isAway, chatServer.isAway) = (false, false)
        (teleport.showsRequests, teleport.mayWrite, teleport.demandsMFA) = (true, true, false)
        (mattermost.isTokenRevoked, mattermost.isLimiting) = (false, false)
        for id in mattermost.channels.keys.sorted() {
            mattermost.channels[id]?.isArchived = false
            mattermost.channels[id]?.hasBot = true
            mattermost.channels[id]?.mayEdit = true
        }
        for replica in living { replica.thaw() }
        replaceOlder()
        if living.isEmpty { startReplica() }
    }

    // MARK: - Events

    func changed(_ id: RequestID, _ fact: Sight.Fact) { for replica in living { replica.event(id, fact) } }

    // MARK: - Signatures

    func sign(_ decision: Decision, _ request: AccessRequest, _ channelID: String, _ recipient: String) -> [String: String] {
        let context = try? signer.sign(
            decision, requestID: request.id, cluster: Self.cluster, channelID: channelID, recipient: recipient,
            issued: wallTime, expires: request.expires ?? wallTime.advanced(by: .seconds(3600)))
        return context?.fields ?? [:]
    }

    /// What the listener makes of a button's context, which may have expired; nil if it is forged.
    func verify(_ fields: [String: String]) -> VerifiedAction? {
        func field(_ key: ActionContext.Key) -> String { fields[key.rawValue] ?? "" }
        let context = ActionContext(
            version: field(.version), keyID: field(.keyID), action: field(.action), requestID: field(.requestID),
            cluster: field(.cluster), channelID: field(.channelID), recipient: field(.recipient), issued: field(.issued),
            expires: field(.expires), signature: field(.signature))
        switch signer.verify(context, cluster: Self.cluster, at: wallTime) {
        case .success(let action), .failure(.expired(let action)): return action
        case .failure: return nil
        }
    }
}
