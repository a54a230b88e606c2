/// One person's review of a request, as the auth service keeps it.
package struct AuthReview: Equatable, Sendable {
    package var author: String
    package var submittedBy = ""
    package var state: AuthRequest.State
    package var reason: String
    /// 7.3.2 leaves those of some clients zero.
    package var created: AuthTime
}

/// How many reviews it takes. Here every review counts for every threshold, and any one threshold is enough.
package struct AuthThreshold: Equatable, Sendable {
    package var name = "default"
    package var approve = 1
    /// Zero: denials do not count by this one.
    package var deny = 1

    package init(approve: Int = 1, deny: Int = 1) {
        self.approve = approve
        self.deny = deny
    }
}

extension RequestTable {
    /// By the rules of Teleport's `services/access_request.go`, `ApplyAccessReview`. Whether the author may review at all is
    /// the caller's to check.
    mutating func review(_ id: String, _ review: AuthReview, at now: WallTime) throws(AuthRefusal) -> AuthRequest {
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
            throw AuthRefusal(.permissionDenied, "user \"\(review.author)\" has already reviewed this request")
        }
        request.reviews.append(review)
        // Later reviews are kept and change nothing.
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
    /// What the reviews so far bring about.
    fileprivate var resolution: State? {
        let (approvals, denials) = (reviews.count { $0.state == .approved }, reviews.count { $0.state == .denied })
        if thresholds.contains(where: { $0.deny != 0 && denials >= $0.deny }) { return .denied }
        return thresholds.contains { approvals >= $0.approve } ? .approved : nil
    }
}
