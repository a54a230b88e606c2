package import Access

/// All that one run of the reconciler knows of a request; ``PostPlan`` turns it into the next step.
package struct Situation: Sendable {
    package enum Shown: Equatable, Sendable {
        /// `props.teleport.state`; nil on posts of the original plugin.
        case status(String?)
        /// A person removed the post: it is not made again.
        case deleted
    }

    package var id: RequestID
    /// This process: a claim of its own that this run does not hold is one that it gave up.
    package var replica: String
    /// Nil when the server shows none by this id, which alone proves nothing: see ``isProvenGone``.
    package var request: AccessRequest?
    /// Whether a missing request is shown to be gone, and not hidden from the role. Nil: not asked yet.
    package var isProvenGone: Bool?
    package var record: PluginRecord
    /// The recipients' channels.
    package var channels: [String]
    /// Where the requester is told of the decision, by direct message; empty while there is none.
    package var noticeChannels: [String] = []
    /// How the recipients are named, by channel.
    package var recipients: [String: String] = [:]
    /// What the cards say, once it was looked up for the first post.
    package var subject: Subject?
    /// The claim on posting that this run holds.
    package var ownClaim: Claim?
    /// For how long this process has seen the recorded claims unchanged. Measured here, so that no two clocks are compared.
    package var claimAge: Duration = .zero
    package var decisionAge: Duration = .zero
    /// A claim was there before ours: a post may exist that nobody recorded.
    package var isTakenOver = false
    /// Whether the channels' recent posts were looked through since the claim.
    package var hasLooked = false
    /// Posts about the request that nobody recorded, as far as they are known: found, or made by this run. Oldest first.
    package private(set) var unrecorded: [PostReference] = []
    /// What the known posts show, as far as it was read.
    package var shown: [PostReference: Shown] = [:]
    /// An earlier write may have come late, so what the record says of the posts is not believed unread.
    package var isSuspect = false
    /// Recipients and posts that failed in this run: left to the next, while the others go on.
    package var failedChannels: Set<String> = []
    package var failedPosts: Set<PostReference> = []

    package init(id: RequestID, replica: String, request: AccessRequest?, record: PluginRecord, channels: [String]) {
        self.id = id
        self.replica = replica
        self.request = request
        self.record = record
        self.channels = channels
    }

    /// A card that was seen in a channel, or just made there.
    package mutating func saw(_ post: PostReference, _ status: String?) {
        shown[post] = .status(status)
        if !unrecorded.contains(post) { unrecorded.append(post) }
    }

    /// One per channel: the recorded one, or else the oldest.
    package var posts: [PostReference] {
        var posts = record.posts
        for post in unrecorded where !posts.contains(where: { $0.channelID == post.channelID }) { posts.append(post) }
        return posts
    }

    /// More than one per channel: two replicas posted, one of them frozen in between.
    package var extras: [PostReference] {
        let posts = posts
        return unrecorded.filter { !posts.contains($0) && shown[$0] != .deleted && !failedPosts.contains($0) }
    }

    package var hasUnrecordedPosts: Bool { posts.count > record.posts.count }

    package func lacksPost(in channel: String) -> Bool { !posts.contains { $0.channelID == channel } }

    package var hasFailures: Bool { !failedChannels.isEmpty || !failedPosts.isEmpty }
}
