/// One person's review of a request, as the auth service stores it.
package struct AuthReview: Equatable, Sendable {
    package var author: String
    package var submittedBy = ""
    package var state: AuthRequest.State
    package var reason: String
    /// The time of the review. Version 7.3.2 leaves it unset for some clients.
    package var created: AuthTime
}

/// The number of reviews that approve or deny a request. In the sandbox every review counts for every threshold, and one
/// fulfilled threshold is enough.
package struct AuthThreshold: Equatable, Sendable {
    package var name = "default"
    package var approve = 1
    /// The number of denials; zero when denials do not count for this threshold.
    package var deny = 1

    package init(approve: Int = 1, deny: Int = 1) {
        self.approve = approve
        self.deny = deny
    }
}

extension RequestTable {
    /// Adds a review by the rules of `ApplyAccessReview` in Teleport's `services/access_request.go`. The caller must check
    /// whether the author may review.
    ///
    /// - Parameter asNewest: whether a review of a resolved request is refused, and a second review by the same author has a
    ///   code of its own, as on the newest server.
    mutating func review(
        _ id: String, _ review: AuthReview, at now: WallTime, asNewest: Bool = false
    ) throws(AuthRefusal) -> AuthRequest {
        guard var request = request(id, at: now) else {
            throw AuthRefusal(.notFound, "cannot submit review of access request \"\(id)\" (not found)")
        }
        guard review.state != .pending else {
            throw AuthRefusal(.badParameter, "invalid state proposal: PENDING (expected approval/denial)")
        }
        guard review.author != request.user else {
            throw AuthRefusal(.permissionDenied, "user \"\(review.author)\" cannot review request \"\(id)\"")
        }
        guard !request.reviews.contains(where: { $0.author == review.author }) else {
            throw AuthRefusal(
                asNewest ? .alreadyExists : .permissionDenied,
                "user \"\(review.author)\" has already reviewed this request")
        }
        guard !asNewest || request.state == .pending else {
            throw AuthRefusal(
                .permissionDenied, "the access request has been already \(request.state.name.lowercased())")
        }
        guard !request.thresholds.isEmpty else {
            throw AuthRefusal(.badParameter, "request is uninitialized or does not support reviews")
        }
        request.reviews.append(review)
        // Reviews of a request that is no longer pending are stored, but do not change its state.
        if request.state == .pending, let state = request.resolution {
            request.state = state
            request.resolveReason = review.reason
            if state == .approved { request.expires = request.accessExpires }
        }
        request.written = now
        insert(request)
        return request
    }
}

extension AuthRequest {
    /// The state that the reviews result in; nil while no threshold is fulfilled.
    fileprivate var resolution: State? {
        let (approvals, denials) = (reviews.count { $0.state == .approved }, reviews.count { $0.state == .denied })
        if thresholds.contains(where: { $0.deny != 0 && denials >= $0.deny }) { return .denied }
        return thresholds.contains { approvals >= $0.approve } ? .approved : nil
    }
}
