/// Why a server took no review, as far as its words tell. Teleport answers each with the same code, so there are only the words
/// (`lib/auth/auth_with_roles.go`, `lib/services/access_request.go`).
package enum ReviewRefusal: Equatable, Sendable {
    /// The author must be whoever calls.
    case notForOthers
    case alreadyReviewed
    /// The request was resolved before the review came in.
    case alreadyResolved
    /// The caller, or the author, may not review this request, or the server takes no reviews at all.
    case notAllowed

    /// Nil for an error that is no refusal.
    package init?(_ error: TeleportError) {
        switch error.code {
        case .permissionDenied, .refused, .conflict, .unimplemented: break
        default: return nil
        }
        if error.message.contains("already reviewed") {
            self = .alreadyReviewed
        } else if error.message.contains("has been already") {
            self = .alreadyResolved
        } else if error.message.contains("reviews on behalf of") {
            self = .notForOthers
        } else {
            self = .notAllowed
        }
    }
}
