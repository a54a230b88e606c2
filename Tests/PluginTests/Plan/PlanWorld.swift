import Access

@testable import Plugin

/// The two servers as plain data, for running the planner's steps to their end without a socket.
struct PlanWorld {
    struct Post: Equatable {
        var reference: PostReference
        /// Nil: of the original plugin, which wrote none.
        var status: String?
        /// A bot's card names its request; the original's posts do not.
        var isCard = true
        var isDeleted = false
    }

    static let id = RequestID("2ac7a19b-41ca-4cbf-a491-9a0009d3eef6") ?? { preconditionFailure("a good id") }()
    static let now = Timestamp(milliseconds: 1_795_212_453_332)
    static let replica = "me"

    var request: AccessRequest.State?
    /// The role may not list: the server shows nothing, whatever there is.
    var isHidden = false
    var data: [String: String] = [:]
    var posts: [Post] = []
    var channels = ["channel1"]
    /// So long has this process seen the recorded claims unchanged.
    var age = Duration.zero
    /// Counted by kind.
    private(set) var calls: [String: Int] = [:]
    private var next = 1

    init(request: AccessRequest.State?) { self.request = request }

    var callCount: Int { calls.values.reduce(0, +) }

    func posts(in channel: String) -> [Post] { posts.filter { $0.reference.channelID == channel && !$0.isDeleted } }

    /// What a sweep would hand over: the bot's cards.
    var cards: [Post] { posts.filter { $0.isCard && !$0.isDeleted } }

    /// One run, as `ReconcileRun` makes it, waits included. False when it did not end within 100 steps.
    mutating func run(withHint: Bool = false) -> Bool {
        var situation = gather(withHint: withHint)
        for _ in 0..<100 {
            let step = PostPlan.next(for: situation, now: Self.now)
            if step == .done { return true }
            if case .wait(let duration) = step {
                age += duration
                situation = gather(withHint: withHint)
            } else {
                perform(step, &situation)
            }
        }
        return false
    }

    private func gather(withHint: Bool) -> Situation {
        let shown = isHidden ? nil : request
        var situation = Situation(
            id: Self.id, replica: Self.replica,
            request: shown.map { AccessRequest(id: Self.id, user: "alice", roles: ["editor"], state: $0, created: Self.now) },
            record: PluginRecord(data), channels: channels)
        (situation.claimAge, situation.decisionAge) = (age, age)
        if withHint { for card in cards { situation.saw(card.reference, card.status) } }
        return situation
    }

    private mutating func perform(_ step: PostPlan.Step, _ situation: inout Situation) {
        switch step {
        case .done, .wait: break
        case .proveGone:
            count("prove")
            situation.isProvenGone = request == nil
        case .claim(let previous):
            precondition(data["claim"] ?? "" == previous)
            set(["claim": "me|1"], &situation)
            situation.ownClaim = Claim(replica: Self.replica, until: Self.now)
            situation.isTakenOver = !previous.isEmpty
        case .look:
            count("look")
            for card in cards { situation.saw(card.reference, card.status) }
            situation.hasLooked = true
        case .post(let channel):
            count("post")
            let post = PostReference(channelID: channel, postID: "new\(next)")
            next += 1
            posts.append(Post(reference: post, status: "pending"))
            situation.saw(post, "pending")
        case .record(let references):
            set(["messages": PluginRecord.messages(references), "claim": "", "user": "alice", "roles": "editor"], &situation)
            situation.ownClaim = nil
        case .read(let references):
            for reference in references {
                count("read")
                let post = posts.first { $0.reference == reference && !$0.isDeleted }
                situation.shown[reference] = post.map { .status($0.status) } ?? .deleted
            }
        case .update(let reference, let status):
            count("update")
            for index in posts.indices where posts[index].reference == reference { posts[index].status = status.name }
            situation.shown[reference] = .status(status.name)
        case .remove(let reference):
            count("remove")
            posts.removeAll { $0.reference == reference }
            situation.shown[reference] = .deleted
        case .settle(let status):
            set(["resolution": status == .pending ? "" : status.name.uppercased(), "claim": ""], &situation)
        case .releaseDecision: set(["decision": ""], &situation)
        }
    }

    private mutating func set(_ fields: [String: String], _ situation: inout Situation) {
        count("write")
        data = data.merging(fields) { _, new in new }.filter { !$0.value.isEmpty }
        situation.record = PluginRecord(data)
    }

    private mutating func count(_ call: String) { calls[call, default: 0] += 1 }
}
