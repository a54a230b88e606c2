/// The reason why Teleport did not accept a review.
package enum ReviewRefusal: Hashable, Sendable {
    /// The server is too old to take a review on behalf of another user, so it accepts only the caller as the author.
    case notForOthers
    /// The plugin's role may not read users, which submitting a review on behalf of one needs.
    case lacksUserRead
    /// The plugin's role may not submit reviews on behalf of this author.
    case notForThisUser
    /// The server does not store the author as a user. It stores a user of single sign-on only until their login ends.
    case authorNotStored
    /// The cluster requires MFA for administrative actions, and the plugin's identity is exempt from that neither as a bot's
    /// nor as one that was issued on the auth server.
    case needsMFA
    /// The author's roles allow no reviews at all. The value is the author's Teleport user name, where the server tells it.
    case mayNotReview(String?)
    /// The author may not review this request: it is their own, or their roles do not cover it. The value is the author's
    /// Teleport user name, where the server tells it.
    case notThisRequest(String?)
    /// The author has reviewed the request before. `by` is the author's Teleport user name, where the server tells it.
    case alreadyReviewed(by: String?)
    /// The request was resolved before the review came in.
    case alreadyResolved
    /// The server stores no thresholds with the request, so that no review can count.
    case noThresholds
    /// The server does not have this call, or not this kind of review.
    case notSupported
    /// The server refuses the review for a reason that this version does not know.
    case notAllowed

    /// Creates the refusal that an error stands for; nil for an error that is no refusal, such as an outage.
    package init?(_ error: TeleportError) {
        switch (error.code, error.reason) {
        case (.permissionDenied, .review(let refusal)), (.refused, .review(let refusal)), (.conflict, .review(let refusal)):
            self = refusal
        case (.permissionDenied, .needsMFA): self = .needsMFA
        case (.unimplemented, _): self = .notSupported
        case (.permissionDenied, _), (.refused, _), (.conflict, _): self = .notAllowed
        default: return nil
        }
    }
}
