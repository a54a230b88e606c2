/// The reason why Teleport did not accept a review.
package enum ReviewRefusal: Hashable, Sendable {
    /// The caller may review only as itself, not on behalf of another user.
    case notForOthers
    /// The author has reviewed the request before. `by` is the author's Teleport user name, where the server tells it.
    case alreadyReviewed(by: String?)
    /// The request was resolved before the review came in.
    case alreadyResolved
    /// The caller, or the author, may not review this request, or the server takes no reviews at all.
    case notAllowed

    /// Creates the refusal that an error stands for; nil for an error that is no refusal, such as an outage.
    package init?(_ error: TeleportError) {
        switch error.code {
        case .permissionDenied, .refused, .conflict, .unimplemented: break
        default: return nil
        }
        if case .review(let refusal) = error.reason {
            self = refusal
        } else {
            self = .notAllowed
        }
    }
}
