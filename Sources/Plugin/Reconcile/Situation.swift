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
    /// The claim on posting that this run holds.
    package var ownClaim: Claim?
    /// For how long this process has seen the recorded claims unchanged. Measured here, so that no two clocks are compared.
    package var claimAge: Duration = .zero
    package var decisionAge: Duration = .zero
    /// A claim was there before ours: a post may exist that nobody recorded.
    package var isTakenOver = false
    /// The bot's cards of this request among the channels' recent posts; nil: not looked for yet.
    package var found: [PostedCard]?
    /// Made by this run.
    package var made: [PostReference] = []
    /// What the known posts show, as far as it was read.
    package var shown: [PostReference: Shown] = [:]

    package init(
        id: RequestID, replica: String, request: AccessRequest?, record: PluginRecord, channels: [String],
        found: [PostedCard]? = nil
    ) {
        self.id = id
        self.replica = replica
        self.found = found
        self.request = request
        self.record = record
        self.channels = channels
    }

    /// Recorded, adopted or made: one per channel, the recorded one first.
    package var posts: [PostReference] {
        var posts = record.posts
        for post in (found ?? []).map(\.reference) + made where !posts.contains(where: { $0.channelID == post.channelID }) {
            posts.append(post)
        }
        return posts
    }

    package var hasUnrecordedPosts: Bool { posts.count > record.posts.count }

    package func lacksPost(in channel: String) -> Bool { !posts.contains { $0.channelID == channel } }
}
