// The steps for a request that the server does not show any more. Its posts keep the decision that was made; without a decision
// they show EXPIRED.
extension PostPlan {
    static func nextForGone(_ situation: Situation, now: Timestamp) -> Step {
        guard isAmiss(situation) else { return .done }
        // A decision that the watch told is true as well of a request that is only hidden, and other replicas may not know it.
        if seenDecision(in: situation) == nil {
            guard let isProvenGone = situation.isProvenGone else { return .proveGone }
            guard isProvenGone else { return .done }
        }
        if let step = waitForClaim(of: situation) ?? nextForLostPosts(situation) { return step }
        // A channel that could not be looked through for now may hold a post that nobody recorded.
        guard situation.doubtfulChannels.isEmpty else { return .done }
        let unread = situation.reachablePosts.filter { situation.shown[$0] == nil }
        guard unread.isEmpty else { return .read(Array(unread.prefix(width))) }
        // A post that could not be read for now may show a decision, so nothing becomes EXPIRED before it was read.
        let isUnsure = situation.posts.contains { situation.failedPosts.contains($0) && situation.shown[$0] == nil }
        let status = lastStatus(in: situation, now: now)
        if isUnsure, status == .expired { return .done }
        return nextForShowing(status, in: situation) ?? situation.extras.first.map { .remove($0) } ?? .done
    }

    /// Returns whether anything about the request has to be brought up to date, or may have to be once it can be read, as far as
    /// its record, the known posts and the watch tell.
    private static func isAmiss(_ situation: Situation) -> Bool {
        let record = situation.record
        let isOpen = record.shownStatus == Card.Status.pending.name && !situation.posts.isEmpty || record.mayLackPosts
        let isBehind = !record.behind.isEmpty
        let isOverruled = seenDecision(in: situation).map { $0.name != record.shownStatus } ?? false
        return isOpen || isBehind || situation.hasOpenPost || isOverruled || situation.isSuspect || situation.wasSeen
            || !situation.extras.isEmpty
    }

    /// Looks for posts that a replica made and did not record before it died. This needs no claim, because nobody posts about
    /// the request any more.
    private static func nextForLostPosts(_ situation: Situation) -> Step? {
        guard situation.record.mayLackPosts else { return nil }
        let channels = situation.targets.map(\.channelID).filter {
            !situation.lookedThrough.contains($0) && situation.isOpen($0)
        }
        return channels.isEmpty ? nil : .look(channels)
    }

    /// Returns the status that the posts of a request that is gone should show: the decision that the watch, the record or one of
    /// the posts tells, or else EXPIRED. The watch counts most, because reads may have lagged behind it until the end.
    static func lastStatus(in situation: Situation, now: Timestamp) -> Card.Status {
        let told =
            seenDecision(in: situation) ?? Card.Status(final: situation.record.shownStatus) ?? decisionShown(in: situation)
        let resolution = resolution(as: told, in: situation.record, now: now)
        return switch told {
        case .approved: .approved(resolution)
        case .denied: .denied(resolution)
        case let other?: other
        case nil: .expired
        }
    }

    private static func seenDecision(in situation: Situation) -> Card.Status? {
        situation.seenDecision.flatMap { Card.Status(final: $0.name) }
    }

    private static func decisionShown(in situation: Situation) -> Card.Status? {
        if Sabotage.isActive(.finalStateOverwritten) { return nil }
        for post in situation.posts + situation.extras {
            if case .status(let name?, _)? = situation.shown[post], let status = Card.Status(final: name) { return status }
        }
        return nil
    }

    private static func resolution(as told: Card.Status?, in record: PluginRecord, now: Timestamp) -> Card.Resolution {
        // The record may be about another decision, which was overruled.
        guard let told, told.name == record.shownStatus || record.shownStatus == Card.Status.pending.name else {
            return Card.Resolution(by: nil, at: now, reason: "")
        }
        let decision = record.decision(named: told.name)
        return Card.Resolution(
            by: decision?.username, at: decision?.at ?? record.resolvedAt ?? now,
            reason: record[PluginRecord.Key.resolveReason])
    }
}
