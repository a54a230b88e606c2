import Access

/// Teleport counts one review for each of its users, and knows nothing of Mattermost's: that nobody counts twice, once with
/// `tsh` and once by a button or by buttons under two names, is looked after here.
extension Approvals {
    /// Refuses a person whose review the request has, or may have.
    func checkUncounted(_ request: AccessRequest, _ facts: Facts) throws(Refusal) {
        guard environment.method == .review else { return }
        guard !facts.record.reviewers.contains(facts.clicker.id, reviews: request.reviews.count) else {
            throw Refusal(.alreadyReviewed, ClickWords.alreadyReviewed)
        }
        switch environment.policy.standing(of: facts.clicker, among: request.reviews) {
        case .new: return
        case .reviewer: throw Refusal(.alreadyReviewed, ClickWords.alreadyReviewed)
        case .unknown: throw Refusal(.lookupFailed, ClickWords.perhapsReviewed)
        }
    }

    /// What the record says of the reviewers, and what it is to say with the person: nothing where no review is made.
    func reviewers(with facts: Facts) throws(Refusal) -> [String: (old: String, new: String)] {
        guard environment.method == .review else { return [:] }
        guard let new = facts.record.reviewers.adding(facts.clicker.id, reviews: facts.request?.reviews.count ?? 0) else {
            throw Refusal(.tooManyReviews, ClickWords.tooManyReviews)
        }
        return [PluginRecord.Key.reviewers: (old: facts.record[PluginRecord.Key.reviewers], new: new.description)]
    }
}

extension ApprovalPolicy {
    enum Reviewer {
        case new, reviewer
        /// One of the authors is an address, and Mattermost does not show the person's.
        case unknown
    }

    /// By `users` where it tells whose the author is, else by user name or e-mail address, capital letters or not: rather one
    /// too many than one too few.
    func standing(of user: ChatUser, among reviews: [AccessReview]) -> Reviewer {
        let mapped = teleportUser(of: user)
        var standing = Reviewer.new
        for author in Set(reviews.map(\.author)) where !author.isEmpty {
            guard accounts(ofUser: author).isEmpty else {
                if let mapped, Self.isSame(mapped, author) { return .reviewer }
                continue
            }
            if Self.isSame(user.username, author) || Self.isSame(user.email, author) { return .reviewer }
            if mapped == nil, user.email.isEmpty, author.contains("@") { standing = .unknown }
        }
        return standing
    }
}
