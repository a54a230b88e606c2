/// All that one run of the reconciler knows of a request; ``PostPlan`` turns it into the next step.
package struct Situation: Sendable {
    /// What was found where a post should be.
    package enum Shown: Equatable, Sendable {
        /// `props.teleport.state`; nil on posts of the original plugin, which are told apart by whether they have buttons.
        case status(String?, hasButtons: Bool = false)
        /// A person removed the post: it is not made again.
        case deleted
        /// The post belongs to another cluster's request: it is left alone.
        case foreign
        /// The bot may not see the post: it tells nothing.
        case unreadable
    }

    /// Where a post should be.
    package struct Target: Hashable, Sendable {
        package var channelID: String
        /// The recipient's name in the context of signed buttons.
        package var recipient: String
        /// The requester's own direct-message channel, told of the decision.
        package var isNotice: Bool
        /// A post is made where there is none. False where one may only have been left unrecorded.
        package var isWanted: Bool

        package init(channelID: String, recipient: String, isNotice: Bool = false, isWanted: Bool = true) {
            self.channelID = channelID
            self.recipient = recipient
            self.isNotice = isNotice
            self.isWanted = isWanted
        }
    }

    /// The replies in a post's thread, as far as they are the bot's and have a name.
    package struct Thread: Equatable, Sendable {
        package var names: Set<String> = []
        /// Second replies of the same name.
        package var doubles: [PostReference] = []

        package init(names: Set<String> = [], doubles: [PostReference] = []) {
            self.names = names
            self.doubles = doubles
        }
    }

    package let id: RequestID
    /// This process: a claim of its own that this run does not hold is one that it gave up.
    package let replica: String
    /// The cluster's name, with which cards are told from another cluster's.
    package let cluster: String
    /// Nil when the server shows none by this id, which alone proves nothing: see ``isProvenGone``.
    package var request: AccessRequest?
    /// Whether a missing request is shown to be gone, and not hidden from the role. Nil: not asked yet.
    package var isProvenGone: Bool?
    package var record: PluginRecord
    /// The recipients of the request and, once it is decided, the requester.
    package var targets: [Target]
    /// What the cards say, once it was looked up for the first post.
    package var subject: Subject?
    /// What this process makes cards with.
    package var rendering: Rendering
    /// How long before it lapses a pending request's threads are reminded; nil: never.
    package var remindsBefore: Duration?

    // MARK: Claims

    /// The claim on posting that this run holds.
    package var ownClaim: Claim?
    /// The claim was taken or renewed long ago: nothing that takes a whole call may begin under it.
    package var isClaimWorn = false
    /// For how long this process has seen the recorded claims unchanged. Measured here, so that no two clocks are compared.
    package var claimAge: Duration = .zero
    package var decisionAge: Duration = .zero
    /// A claim was there before ours: a post may exist that nobody recorded.
    package var isTakenOver = false
    /// How long a call of this process that may yet show its effect has to be waited for, before anything is looked for.
    package var unrest: Duration = .zero
    /// The channels that were looked through, back to where a post may exist, since the claim was taken.
    package var lookedThrough: Set<String> = []

    // MARK: Posts

    /// Posts about the request that nobody recorded, as far as they are known: found, or made by this run. Oldest first.
    package private(set) var unrecorded: [PostReference] = []
    /// What the known posts show, as far as it was read.
    package var shown: [PostReference: Shown] = [:]
    /// Posts that this run wrote, so that they show the present text and buttons and not only the present state.
    package var refreshed: Set<PostReference> = []
    /// An earlier write may have come late, so what the record says of the posts is not believed unread.
    package var isSuspect = false
    /// The replies in the threads that were read.
    package var threads: [PostReference: Thread] = [:]
    /// Another replica took the claim over while this one replied: threads are read again.
    package var hasDoubtfulReplies = false

    // MARK: What failed

    /// Channels where a post was refused, so that there is none: left to the next run, while the others go on.
    package var refusedChannels: Set<String> = []
    /// Channels where a post may have been made, or may come about late, or that could not be looked through.
    package var doubtfulChannels: Set<String> = []
    /// Posts of which a call failed in this run, and may succeed in the next.
    package var failedPosts: Set<PostReference> = []
    /// Posts that cannot be written until a person mends something: the channel is archived, the bot was removed from it.
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
    /// A card that was seen in a channel.
    package mutating func saw(_ card: PostedCard) {
        guard isOwn(card) else {
            if record.posts.contains(card.reference) { shown[card.reference] = .foreign }
            return
        }
        shown[card.reference] = .status(card.status, hasButtons: card.hasButtons)
        if !unrecorded.contains(card.reference) { unrecorded.append(card.reference) }
    }

    /// A post that this run made or wrote.
    package mutating func wrote(_ post: PostReference, _ status: String) {
        shown[post] = .status(status)
        refreshed.insert(post)
        if !unrecorded.contains(post) { unrecorded.append(post) }
    }

    /// Whether a card is about this cluster's request. Older versions named no cluster: such a card counts only where this
    /// cluster knows the request.
    package func isOwn(_ card: PostedCard) -> Bool {
        if let name = card.cluster { return name == cluster }
        return request != nil || !record.fields.isEmpty
    }

    /// One per channel: the recorded one, or else the oldest. Another cluster's are none.
    package var posts: [PostReference] {
        var posts = record.posts.filter { shown[$0] != .foreign }
        for post in unrecorded where !posts.contains(where: { $0.channelID == post.channelID }) { posts.append(post) }
        return posts
    }

    /// More than one per channel: two replicas posted, one of them frozen in between.
    package var extras: [PostReference] {
        let posts = posts
        return unrecorded.filter {
            !posts.contains($0) && shown[$0] != .deleted && !failedPosts.contains($0) && !blockedPosts.contains($0)
        }
    }

    package var hasUnrecordedPosts: Bool { posts != record.posts }

    package func lacksPost(in channel: String) -> Bool { !posts.contains { $0.channelID == channel } }

    /// Posts that can be read and written: not removed, and not given up in this run.
    package var reachablePosts: [PostReference] {
        posts.filter {
            ![.deleted, .unreadable].contains(shown[$0]) && !failedPosts.contains($0) && !blockedPosts.contains($0)
        }
    }
}
