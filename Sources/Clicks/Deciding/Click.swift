package import Access

/// A click whose signature matched. It says who pressed which button on which post.
package struct Click: Equatable, Sendable {
    package var requestID: RequestID
    package var decision: Decision
    /// The cluster that the button was signed for. This is nil for buttons of the original plugin, which name no cluster.
    package var cluster: String?
    /// The person's user id, as the callback names it.
    package var userID: String
    package var post: PostReference
    /// Whether the button's signature has expired. The person is told so, and nothing is decided.
    package var isExpired: Bool
    /// Whether Mattermost's own signature proves that this person clicked just now.
    package var isProven: Bool
    /// The address that the callback came from.
    package var remote: String
    /// The reason that the person wrote in the dialog. This is nil before they were asked.
    package var reason: String?
    /// Whether the same dialog was submitted before. If it is refused again, the refusal is counted and gets no line of its own
    /// in the audit.
    package var isRepeated = false

    package init(
        requestID: RequestID, decision: Decision, cluster: String?, userID: String, post: PostReference,
        isExpired: Bool = false, isProven: Bool = false, remote: String = "", reason: String? = nil
    ) {
        self.requestID = requestID
        self.decision = decision
        self.cluster = cluster
        self.userID = userID
        self.post = post
        self.isExpired = isExpired
        self.isProven = isProven
        self.remote = remote
        self.reason = reason
    }
}

/// The answer that the person sees: the post brought up to date, and a text for this person alone.
package struct ClickAnswer: Equatable, Sendable {
    /// The new content of the post. The post stays as it is if this is nil.
    package var update: Card?
    package var text: String
    package var isDecided: Bool
    /// Whether Teleport has counted the review, but more reviews are needed.
    package var isStillPending: Bool

    package init(update: Card? = nil, _ text: String, isDecided: Bool = false, isStillPending: Bool = false) {
        self.update = update
        self.isDecided = isDecided
        self.isStillPending = isStillPending
        self.text = text
    }
}
