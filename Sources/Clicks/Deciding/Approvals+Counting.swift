import Access

/// Ensures that no person's review is counted twice. Teleport counts one review for each of its users and knows nothing of
/// Mattermost's users. Without this check a person could review once with `tsh` and once by a button, or by buttons under two
/// names.
extension Approvals {
    /// Refuses a person whose review the request already has, or may have.
    func checkUncounted(_ request: AccessRequest, _ facts: Facts) throws(Refusal) {
        guard context.method == .review else { return }
        guard !facts.record.reviewers.contains(facts.clicker.id, reviews: request.reviews.count) else {
            throw Refusal(.alreadyReviewed, ClickWords.alreadyReviewed)
        }
        switch context.policy.standing(of: facts.clicker, facts.identity, among: request.reviews) {
        case .new: return
        case .reviewer: throw Refusal(.alreadyReviewed, ClickWords.alreadyReviewed)
        case .unknown:
            if facts.identity.isUntold { throw Refusal(untold: facts.identity) }
            throw Refusal(.lookupFailed, ClickWords.perhapsReviewed)
        }
    }

    /// Returns the value of the record's field of reviewers, and its value with this person added. The result is empty if the
    /// decision is no review.
    func reviewers(with facts: Facts) throws(Refusal) -> [String: (old: String, new: String)] {
        guard context.method == .review else { return [:] }
        guard let new = facts.record.reviewers.adding(facts.clicker.id, reviews: facts.request?.reviews.count ?? 0) else {
            throw Refusal(.tooManyReviews, ClickWords.tooManyReviews)
        }
        return [PluginRecord.Key.reviewers: (old: facts.record[PluginRecord.Key.reviewers], new: new.description)]
    }
}

extension ApprovalPolicy {
    /// Whether a person has reviewed a request.
    enum Reviewer {
        case new, reviewer
        /// It cannot be found out, because one of the reviews' authors is an e-mail address and Mattermost does not show the
        /// person's address, or because the trait does not tell the person's Teleport user.
        case unknown
    }

    func standing(of user: ChatUser, _ identity: TeleportIdentity = .unknown, among reviews: [AccessReview]) -> Reviewer {
        let likenesses = reviews.map { compare(user, with: $0.author, identity) }
        if likenesses.contains(.same) { return .reviewer }
        return likenesses.contains(.unknown) ? .unknown : .new
    }
}
