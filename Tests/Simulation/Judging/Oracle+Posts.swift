import Access

/// Judges posts as they are written.
extension Oracle {
    /// The longest time from a request to its posts while nothing fails.
    private static let promptness = Duration.seconds(3)
    /// The time for which Mattermost remembers a pending post id.
    private static let pendingLife = Duration.seconds(30)

    func posted(_ card: Card, _ reference: PostReference) {
        judge(card, in: reference)
        let asked = asked[card.requestID] ?? now
        let isFirst = firstPosts.insert("\(card.requestID) \(reference.channelID)").inserted
        let plan = world.plan
        let isLater = reference.channelID == world.onCall
        if isFirst, plan.isCalm, card.status == .pending, !isLater, now - asked > Self.promptness + plan.postingDelay {
            violation(.postedInTime, "\(card.requestID) was posted in \(reference.channelID) after \(now - asked)")
        }
        let others = world.mattermost.posts(about: card.requestID).map(\.reference).filter {
            $0.channelID == reference.channelID && $0 != reference
        }
        guard !others.isEmpty else { return }
        doubles += 1
        if plan.isCalm {
            violation(
                .noNeedlessDoubles, "\(card.requestID) was posted twice in \(reference.channelID) although nothing failed")
        }
        // One node of Mattermost knows a post again that is asked for a second time, whatever fails.
        let made = others.compactMap(world.mattermost.made).max() ?? .zero
        if plan.nodes == 1, now - made < Self.pendingLife {
            violation(.noNeedlessDoubles, "\(card.requestID) was posted again in \(reference.channelID) after \(now - made)")
        }
    }

    func updated(_ reference: PostReference, _ post: SimulatedMattermost.Post, to card: Card) {
        judge(card, in: reference)
        if post.card.requestID != card.requestID || post.card.cluster != World.cluster {
            violation(.ownPostsOnly, "the post \(reference) of another request was written")
        }
        let wasDecided = ["approved", "denied", "promoted"].contains(post.card.status ?? "")
        let shown = card.status.name
        if shown == Card.Status.expired.name {
            if wasDecided { violation(.finalStateKept, "\(reference) showed a decision and now EXPIRED") }
            if world.teleport.request(card.requestID) != nil {
                violation(.nothingUntrueShown, "\(reference) shows EXPIRED, and \(card.requestID) exists")
            }
        } else if !world.teleport.wasEver(card.requestID, shown) {
            violation(.nothingUntrueShown, "\(reference) shows \(shown), which \(card.requestID) never was")
        }
    }

    func removed(_ reference: PostReference, _ post: SimulatedMattermost.Post) {
        guard let id = post.card.requestID else { return }
        if post.card.cluster != World.cluster { violation(.ownPostsOnly, "\(reference), of another cluster, was removed") }
        let others = world.mattermost.posts(about: id).filter {
            $0.reference.channelID == reference.channelID && $0.reference != reference
        }
        if others.isEmpty { violation(.onlyDoublesRemoved, "the only post of \(id) in \(reference.channelID) was removed") }
    }
}
