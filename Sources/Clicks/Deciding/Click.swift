package import Access

/// A click whose signature matched: who pressed which button, on which post.
package struct Click: Equatable, Sendable {
    package var requestID: RequestID
    package var decision: Decision
    /// The cluster that the button was signed for; nil for buttons of the original plugin, which name none.
    package var cluster: String?
    /// The person's id, as the server named it in the callback.
    package var userID: String
    package var post: PostReference
    /// The signature's own end was over: a person is told so, and nothing is decided.
    package var isExpired: Bool
    /// Mattermost's signature proves that it was that person, just now.
    package var isProven: Bool
    /// The address that the callback came from.
    package var remote: String
    /// What the person wrote in the dialog; nil before they were asked.
    package var reason: String?
    /// The same was handed in before: that it is refused again is counted, and no line of its own.
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

/// What the person gets to see: the post brought up to date, and words of their own.
package struct ClickAnswer: Equatable, Sendable {
    /// Nil leaves the post as it is.
    package var update: Card?
    package var text: String
    package var isDecided: Bool
    /// Counted, but it takes more.
    package var isStillPending: Bool

    package init(update: Card? = nil, _ text: String, isDecided: Bool = false, isStillPending: Bool = false) {
        self.update = update
        self.isDecided = isDecided
        self.isStillPending = isStillPending
        self.text = text
    }
}
