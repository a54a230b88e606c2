@testable import Access

/// Both servers as plain data. The planner's steps can be run on it to their end without a socket.
struct PlanWorld {
    struct Post: Equatable {
        var reference: PostReference
        /// The status in the post's props; nil for a post of the original plugin, which wrote none.
        var status: String?
        /// Whether the post names its request, as cards of this plugin do. Posts of the original plugin do not.
        var isCard = true
        var hasButtons = true
        /// The cluster in the post's props; nil for a post of an older version, which named none.
        var cluster: String? = PlanWorld.cluster
        var isDeleted = false
        var isReadable = true
        var isEditable = true

        var isForeign: Bool { cluster != nil && cluster != PlanWorld.cluster }
        var posted: PostedCard {
            PostedCard(
                reference: reference, requestID: PlanWorld.id, status: status, cluster: cluster, created: PlanWorld.now,
                hasButtons: hasButtons)
        }
    }

    static let id = RequestID("2ac7a19b-41ca-4cbf-a491-9a0009d3eef6") ?? { preconditionFailure("a good id") }()
    static let now = Timestamp(milliseconds: 1_795_212_453_332)
    static let replica = "me"
    static let cluster = "example.com"
    static let rendering = Rendering(fingerprint: "f1", since: now)

    var request: AccessRequest?
    /// Whether the plugin's role may not list requests. The server then shows no request, whether or not there is one.
    var isHidden = false
    var data: [String: String] = [:]
    var posts: [Post] = []
    var channels = ["channel1"]
    /// The channels that refuse posts from the bot.
    var closed: Set<String> = []
    /// The time for which this process has seen the recorded claims unchanged.
    var age = Duration.zero
    /// The number of calls, by kind. A write that was refused has changed nothing and is counted as `refused`.
    private(set) var calls: [String: Int] = [:]
    private var next = 1

    init(request: AccessRequest.State?) {
        self.request = request.map {
            AccessRequest(id: Self.id, user: "alice", roles: ["editor"], state: $0, created: Self.now)
        }
    }

    var callCount: Int { calls.values.reduce(0, +) }

    /// Returns the posts of this cluster in the channel that people see.
    func posts(in channel: String) -> [Post] {
        posts.filter { $0.reference.channelID == channel && !$0.isDeleted && !$0.isForeign }
    }

    /// The posts that the planner finds when it looks through the channels.
    var cards: [Post] { posts.filter { $0.isCard && !$0.isDeleted && $0.isReadable } }

    /// Makes one run as `ReconcileRun` does, including its waits. Returns false when the run did not end within 200 steps.
    mutating func run(withHint: Bool = false) -> Bool {
        var situation = gather(withHint: withHint)
        for _ in 0..<200 {
            let step = PostPlan.next(for: situation, now: Self.now)
            switch step {
            case .done, .rest: return true
            case .wait(let duration):
                age += duration
                situation = gather(withHint: withHint)
            default: perform(step, &situation)
            }
        }
        return false
    }

    private func gather(withHint: Bool) -> Situation {
        var situation = Situation(
            id: Self.id, replica: Self.replica, cluster: Self.cluster, request: isHidden ? nil : request,
            record: PluginRecord(data), targets: [], rendering: Self.rendering)
        let isPending = situation.request?.state == .pending
        if isPending || situation.record.mayLackPosts {
            situation.targets = channels.map { .init(channelID: $0, recipient: $0, isWanted: isPending) }
        }
        (situation.claimAge, situation.decisionAge) = (age, age)
        if withHint { for card in cards { situation.saw(card.posted) } }
        return situation
    }

    private mutating func perform(_ step: PostPlan.Step, _ situation: inout Situation) {
        switch step {
        case .done, .wait, .rest: break
        case .proveGone:
            count("prove")
            situation.isProvenGone = request == nil
        case .claim(let previous):
            precondition(data["claim"] ?? "" == previous)
            let mayLackPosts = situation.record.mayLackPosts
            set(["claim": "me|1", "claim_since": data["claim_since"] ?? "1"], &situation)
            situation.ownClaim = Claim(replica: Self.replica, until: Self.now)
            situation.isTakenOver = mayLackPosts
        case .renewClaim: situation.isClaimWorn = false
        case .look(let channels):
            count("look")
            situation.refusedChannels.formUnion(closed.intersection(channels))
            let open = Set(channels).subtracting(closed)
            for card in cards where open.contains(card.reference.channelID) { situation.saw(card.posted) }
            situation.lookedThrough.formUnion(open)
        case .post(let targets): for target in targets { post(in: target.channelID, &situation) }
        case .record(let references):
            let rendered = references.allSatisfy(situation.refreshed.contains) ? Self.rendering.description : ""
            let fields = [
                "messages": PluginRecord.messages(references), "claim": "", "claim_since": since(situation), "user": "alice",
                "channel_id": "", "post_id": "",
            ]
            set(fields.merging(rendered.isEmpty ? [:] : ["rendered": rendered]) { $1 }, &situation)
            situation.confirm()
            situation.ownClaim = nil
            situation.isTakenOver = false
        case .read(let references): for reference in references { read(reference, &situation) }
        case .update(let references, let status): for reference in references { update(reference, status, &situation) }
        case .remove(let reference):
            count("remove")
            posts.removeAll { $0.reference == reference }
            situation.shown[reference] = .deleted
        case .settle(let status, let behind): settle(status, behind, &situation)
        case .releaseDecision: set(["decision": ""], &situation)
        case .readThread(let post):
            count("thread")
            situation.threads[post] = .init()
        case .removeReply: count("remove")
        case .reply(let reply, let post):
            count("reply")
            situation.threads[post]?.names.insert(reply.name)
        case .recordThreads(let told, let reminded):
            let replies = PluginRecord.replies(told.filter { $0.count > 0 }.map { ($0.post, $0.count) })
            let fields = ["review_replies": replies, "claim": "", "claim_since": since(situation)]
            set(fields.merging(situation.record.fields(reminding: reminded)) { $1 }, &situation)
            situation.ownClaim = nil
        }
    }

    private func since(_ situation: Situation) -> String { situation.hasUnseenChannels ? data["claim_since"] ?? "" : "" }

    private mutating func settle(_ status: Card.Status, _ behind: Set<String>, _ situation: inout Situation) {
        var fields = [
            "resolution": status == .pending ? "" : status.name.uppercased(), "behind": PluginRecord.behind(behind),
        ]
        if status == .pending {
            fields["rendered"] = Self.rendering.description
            fields["shown_progress"] = situation.request?.reviewProgress ?? ""
        }
        if situation.request == nil {
            let messages = PluginRecord.messages(situation.posts)
            fields.merge(["claim": "", "claim_since": since(situation), "messages": messages]) { $1 }
        }
        set(fields, &situation)
        situation.confirm()
    }

    private mutating func post(in channel: String, _ situation: inout Situation) {
        guard !closed.contains(channel) else {
            count("refused")
            situation.refusedChannels.insert(channel)
            return
        }
        count("post")
        let post = PostReference(channelID: channel, postID: "new\(next)")
        next += 1
        posts.append(Post(reference: post, status: "pending"))
        situation.wrote(post, "pending")
    }

    private mutating func read(_ reference: PostReference, _ situation: inout Situation) {
        count("read")
        guard let post = posts.first(where: { $0.reference == reference }), !post.isDeleted else {
            situation.shown[reference] = .deleted
            return
        }
        if !post.isReadable {
            situation.blockedPosts.insert(reference)
            situation.shown[reference] = .unreadable
        } else {
            situation.shown[reference] = post.isForeign ? .foreign : .status(post.status, hasButtons: post.hasButtons)
        }
    }

    private mutating func update(_ reference: PostReference, _ status: Card.Status, _ situation: inout Situation) {
        guard let index = posts.firstIndex(where: { $0.reference == reference }), posts[index].isEditable else {
            count("refused")
            situation.blockedPosts.insert(reference)
            return
        }
        count("update")
        (posts[index].status, posts[index].cluster, posts[index].isCard) = (status.name, Self.cluster, true)
        posts[index].hasButtons = status == .pending
        situation.wrote(reference, status.name)
    }

    private mutating func set(_ fields: [String: String], _ situation: inout Situation) {
        count("write")
        data = data.merging(fields) { _, new in new }.filter { !$0.value.isEmpty }
        situation.record = PluginRecord(data)
    }

    private mutating func count(_ call: String) { calls[call, default: 0] += 1 }
}
