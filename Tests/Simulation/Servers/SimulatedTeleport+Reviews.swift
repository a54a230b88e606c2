import Access

/// Reviews, as Teleport counts them: one of each author, until a threshold is reached.
extension SimulatedTeleport {
    /// The Teleport user of the plugin itself.
    static let plugin = "plugin"

    /// A review that a replica submits, on behalf of a user or as the plugin's own.
    func review(
        _ decision: Decision, of id: RequestID, as author: String?, reason: String, by replica: String
    ) -> Result<AccessRequest, TeleportError> {
        guard mayWrite else { return .failure(Self.denied) }
        guard world.plan.takesReviews else { return .failure(TeleportError(.unimplemented, "no reviews")) }
        guard !demandsMFA else { return .failure(Self.needsMFA) }
        if author != nil, !world.plan.takesReviewsForOthers { return Self.refused(.notForOthers) }
        return review(decision, of: id, by: author ?? Self.plugin, reason: reason) {
            world.oracle.reviewed(decision, of: $0, as: author, reason: reason, by: replica)
        }
    }

    /// A review by `tsh`.
    func review(_ decision: Decision, of id: RequestID, by author: String) {
        _ = review(decision, of: id, by: author, reason: "") { before in world.oracle.reviewedElsewhere(before, by: author) }
    }

    private func review(
        _ decision: Decision, of id: RequestID, by author: String, reason: String, _ judge: (AccessRequest) -> Void
    ) -> Result<AccessRequest, TeleportError> {
        guard let before = request(id) else { return .failure(TeleportError(.notFound, "not found")) }
        guard before.state == .pending else { return Self.refused(.alreadyResolved) }
        guard author != before.user else { return Self.refused(.notThisRequest(author)) }
        guard !before.reviews.contains(where: { $0.author == author }) else {
            return Self.refused(.alreadyReviewed(by: author))
        }
        judge(before)
        change(id) { request in
            var review = AccessReview(author: author, proposed: decision.state, reason: reason, created: world.wallTime)
            review.thresholds = Array(request.thresholds.indices)
            request.reviews.append(review)
            guard let threshold = request.thresholds.first else { return }
            let approvals = request.reviews.count { $0.proposed == .approved }
            if request.reviews.contains(where: { $0.proposed == .denied }) { request.state = .denied }
            if approvals >= threshold.approvals { request.state = .approved }
        }
        guard let after = request(id) else { return .failure(TeleportError(.notFound, "not found")) }
        if after.state != .pending { world.oracle.resolvedByReview(id, decision) }
        return .success(after)
    }

    private static func refused(_ refusal: ReviewRefusal) -> Result<AccessRequest, TeleportError> {
        .failure(TeleportError(.refused, "the review was refused", reason: .review(refusal)))
    }
}
