/// Everything that one run of the reconciler knows about a request. ``PostPlan`` chooses the next step from it.
package struct Situation: Sendable {
    /// The result of reading a post.
    package enum Shown: Equatable, Sendable {
        /// The post's `props.teleport.state`. It is nil on posts of the original plugin, whose buttons tell whether they are
        /// open.
        case status(String?, hasButtons: Bool = false)
        /// A person removed the post. It is not made again.
        case deleted
        /// The post belongs to another cluster's request. It is left alone.
        case foreign
        /// The bot may not see the post, so what it shows is not known.
        case unreadable
    }

    /// A place where a post should be.
    package struct Target: Hashable, Sendable {
        package var channelID: String
        /// The recipient's name in the context of signed buttons.
        package var recipient: String
        /// Whether this is the requester's own direct-message channel, which gets a post once the request is decided.
        package var isNotice: Bool
        /// Whether a post is made if there is none. False for a channel that is only looked through for a post which was left
        /// unrecorded.
        package var isWanted: Bool

        package init(channelID: String, recipient: String, isNotice: Bool = false, isWanted: Bool = true) {
            self.channelID = channelID
            self.recipient = recipient
            self.isNotice = isNotice
            self.isWanted = isWanted
        }
    }

    /// The replies of the bot in a post's thread that have a name.
    package struct Thread: Equatable, Sendable {
        package var names: Set<String> = []
        /// Replies whose name another reply in the thread has already.
        package var doubles: [PostReference] = []

        package init(names: Set<String> = [], doubles: [PostReference] = []) {
            self.names = names
            self.doubles = doubles
        }
    }

    package let id: RequestID
    /// The name of this process. A claim in this name that the run does not hold is one that the process gave up.
    package let replica: String
    /// The name of this cluster, by which its cards are told from those of other clusters.
    package let cluster: String
    /// The request; nil if the server shows none with this id. That alone does not prove that the request is gone: see
    /// ``isProvenGone``.
    package var request: AccessRequest?
    /// Whether a missing request is proven to be gone, and not only hidden from the plugin's role. Nil until this was asked.
    package var isProvenGone: Bool?
    /// Whether the watch has shown the request and has not shown its deletion. A request that is missing all the same is either
    /// gone or hidden from the plugin's role, so that there may be work once it can be read.
    package var wasSeen = false
    /// Whether the request is known by the watch's report or a sweep's list alone, and its record was not read but is taken for empty. That is
    /// enough to claim the posting, because the claim is written only if the record is empty indeed.
    package var isReported = false
    /// The last decision that the watch has shown; nil if it has shown none since the request was settled.
    package var seenDecision: AccessRequest.State?
    /// The plugin's record of the request, as it was last read or written.
    package var record: PluginRecord
    /// The places of the request's posts: those of its recipients and, once the request is decided, the requester's.
    package var targets: [Target]
    /// The contents of the cards, once they were looked up for the first post.
    package var subject: Subject?
    /// The configuration with which this process makes cards.
    package var rendering: Rendering
    /// The steps of the reminders of a request that nobody has decided.
    package var reminders: [ReminderStep] = []
    /// The time for which a request without a post is still held back, because a request that is decided soon is not posted.
    package var postingDelay = Duration.zero

    // MARK: Claims

    /// The claim on posting that this run holds.
    package var ownClaim: Claim?
    /// Whether the claim was taken or renewed so long ago that no call may begin under it before it is renewed.
    package var isClaimWorn = false
    /// The time for which this process has seen the recorded claim unchanged. It is measured here, so that no two machines'
    /// clocks have to agree.
    package var claimAge: Duration = .zero
    /// The time for which this process has seen the recorded claim on a decision unchanged.
    package var decisionAge: Duration = .zero
    /// Whether this run's claim replaced another one, so that a post may exist that nobody recorded.
    package var isTakenOver = false
    /// The time to wait before anything is looked for, because an earlier call of this process may still take effect.
    package var unrest: Duration = .zero
    /// The channels that were looked through since the claim was taken, back to the time from which a post may exist.
    package var lookedThrough: Set<String> = []

    // MARK: Posts

    /// Posts about the request that this run found or made and that are not recorded, oldest first.
    package private(set) var unrecorded: [PostReference] = []
    /// The contents of the known posts, as far as they were read.
    package var shown: [PostReference: Shown] = [:]
    /// The posts that this run wrote. They show the present text and buttons and not only the present state.
    package var refreshed: Set<PostReference> = []
    /// The posts among them that were written since the last write to the record, and with which status. Only a write to the record,
    /// which expects it to be as it was read, shows that no other replica has recorded a decision meanwhile: this one may have been
    /// frozen.
    package var unconfirmed: [PostReference: String] = [:]
    /// What earlier runs wrote into posts and no write to the record confirmed. It may have overwritten what another replica
    /// showed, and a read may lag behind it.
    package var overwriting: [PostReference: String] = [:]
    /// Whether an earlier write may have taken effect late. The record is then not trusted, and the posts are read.
    package var isSuspect = false
    /// The replies in the threads that were read.
    package var threads: [PostReference: Thread] = [:]
    /// The names of the replies that this process made and may not have recorded.
    package var replied: Set<String> = []
    /// Whether another replica took the claim over while this one replied. The threads are then read again.
    package var hasDoubtfulReplies = false

    // MARK: What failed

    /// Channels where a post was refused, so that there is none. They are left to the next run, while the others go on.
    package var refusedChannels: Set<String> = []
    /// Channels where a post may have been made or may still come about, and channels that could not be looked through.
    package var doubtfulChannels: Set<String> = []
    /// Whether the channel of a recipient could not be found, so that ``targets`` is not complete.
    package var lacksTargets = false
    /// Whether the requester has to be told of the decision, and the channel of the direct message could not be found, or was not looked
    /// for because the request cannot be read. The next run may find it.
    package var lacksNoticeChannel = false
    /// Posts for which a call failed in this run, and may succeed in the next.
    package var failedPosts: Set<PostReference> = []
    /// Posts that cannot be written until a person mends something: the channel is archived, or the bot was removed from it.
    package var blockedPosts: Set<PostReference> = []

    package init(
        id: RequestID, replica: String, cluster: String, request: AccessRequest?, record: PluginRecord, targets: [Target],
        rendering: Rendering
    ) {
        self.id = id
        self.replica = replica
        self.cluster = cluster
        self.request = request
        self.record = record
        self.targets = targets
        self.rendering = rendering
    }
}

extension Situation {
    /// Notes a card that was seen in a channel.
    package mutating func saw(_ card: PostedCard) {
        guard isOwn(card) else {
            if record.posts.contains(card.reference) { shown[card.reference] = .foreign }
            return
        }
        shown[card.reference] = .status(card.status, hasButtons: card.hasButtons)
        if !unrecorded.contains(card.reference) { unrecorded.append(card.reference) }
    }

    /// Notes a post that this run made or changed.
    package mutating func wrote(_ post: PostReference, _ status: String) {
        shown[post] = .status(status)
        refreshed.insert(post)
        unconfirmed[post] = status
        if !unrecorded.contains(post) { unrecorded.append(post) }
    }

    /// Notes that a write to the record has confirmed what was written to posts.
    package mutating func confirm() {
        unconfirmed = [:]
        overwriting = overwriting.filter { failedPosts.contains($0.key) }
    }

    /// Whether a post was seen that shows the request as pending.
    package var hasOpenPost: Bool {
        shown.values.contains { if case .status(Card.Status.pending.name, _) = $0 { true } else { false } }
    }

    /// Forgets which statuses the recorded posts show, so that they are read anew.
    package mutating func forgetStatuses() {
        for post in record.posts { if case .status = shown[post] { shown[post] = nil } }
    }

    /// Returns whether a card is about this cluster's request. Older versions named no cluster: such a card counts only if this
    /// cluster knows the request.
    package func isOwn(_ card: PostedCard) -> Bool {
        if let name = card.cluster { return name == cluster }
        return request != nil || !record.fields.isEmpty
    }

    /// Whether there may be lost posts, because a claim was taken over or was left by a request that is gone, and a channel, unknown
    /// or closed to the bot at present, was not looked through for them.
    package var hasUnseenChannels: Bool {
        (request == nil ? record.mayLackPosts : isTakenOver)
            && (lacksTargets || unseenChannels.contains { refusedChannels.contains($0) && lacksPost(in: $0) })
    }

    /// The channels without a recorded post that were not looked through for one.
    var unseenChannels: [String] {
        let recorded = Set(record.posts.map(\.channelID))
        return targets.map(\.channelID).filter { !lookedThrough.contains($0) && !recorded.contains($0) }
    }

    /// Returns whether the channel can be looked through, as far as this run knows.
    func isOpen(_ channel: String) -> Bool { !doubtfulChannels.contains(channel) && !refusedChannels.contains(channel) }

    /// The request's posts, one per channel: the recorded one, or else the oldest. Posts of another cluster are left out.
    package var posts: [PostReference] {
        var posts = record.posts.filter { shown[$0] != .foreign }
        for post in unrecorded where !posts.contains(where: { $0.channelID == post.channelID }) { posts.append(post) }
        return posts
    }

    /// Further posts in a channel that has one already. They come about if a replica is frozen while it posts, and another
    /// replica posts in its place.
    package var extras: [PostReference] {
        let posts = posts
        return unrecorded.filter {
            !posts.contains($0) && shown[$0] != .deleted && !failedPosts.contains($0) && !blockedPosts.contains($0)
        }
    }

    /// Whether the record lists other posts than ``posts``.
    package var hasUnrecordedPosts: Bool { posts != record.posts }

    /// Returns whether the channel has no post of the request.
    package func lacksPost(in channel: String) -> Bool { !posts.contains { $0.channelID == channel } }

    /// The posts that can be read and written: those that were not removed, that the bot may see, and that this run has not
    /// given up.
    package var reachablePosts: [PostReference] {
        posts.filter {
            ![.deleted, .unreadable].contains(shown[$0]) && !failedPosts.contains($0) && !blockedPosts.contains($0)
        }
    }
}
