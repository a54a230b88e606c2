package import Access

/// The next thing to do for a request, from what is known: pure, so that every mix of states can be listed in a test.
package enum PostPlan {
    package enum Step: Equatable, Sendable {
        /// Everything is as it should be.
        case done
        /// Another replica is posting: look again after this time.
        case wait(Duration)
        /// Find out whether the request is really gone: see ``GoneEvidence``.
        case proveGone
        /// Claim the posting; the record's claim must still be this (empty: none).
        case claim(replacing: String)
        /// Look for posts that were made but not recorded.
        case look
        case post(channelID: String)
        /// Write down the posts and give the claim back.
        case record([PostReference])
        /// Read what these posts show.
        case read([PostReference])
        case update(PostReference, Card.Status)
        /// Note in the record that the posts show this.
        case settle(Card.Status)
        /// A decision was claimed by a replica that did not live to make it: free the request for another click.
        case releaseDecision(DecisionClaim)
    }

    /// A claim that has not changed for this long is a dead replica's. Longer than a post's whole time limit.
    package static let claimLifetime = Duration.seconds(15)

    package static func next(for situation: Situation, now: Timestamp) -> Step {
        guard let request = situation.request else { return nextForGone(situation) }
        if let step = nextForPosting(situation, isPending: request.state == .pending) { return step }
        let status = status(of: request, in: situation.record, now: now)
        if !situation.posts.isEmpty, situation.record.shownStatus != status.name {
            return nextForShowing(status, in: situation) ?? .settle(status)
        }
        guard request.state == .pending, let decision = situation.record.decision else { return .done }
        return situation.decisionAge < claimLifetime
            ? .wait(claimLifetime - situation.decisionAge) : .releaseDecision(decision)
    }

    /// What the posts of an existing request should show.
    package static func status(of request: AccessRequest, in record: PluginRecord, now: Timestamp) -> Card.Status {
        let decision = record.decision.flatMap { $0.decision.state == request.state ? $0 : nil }
        let resolution = Card.Resolution(by: decision?.username, at: decision?.at ?? record.resolvedAt ?? now)
        return switch request.state {
        case .pending: .pending
        case .approved: .approved(resolution)
        case .denied: .denied(resolution)
        case .promoted: .promoted
        case .unknown(let number): .unknown(number)
        }
    }

    private static func nextForGone(_ situation: Situation) -> Step {
        let mayHavePosts = !situation.posts.isEmpty || !situation.record[PluginRecord.Key.claim].isEmpty
        // A request that was decided before it went keeps the decision in its posts.
        guard mayHavePosts, situation.record.shownStatus == Card.Status.pending.name else { return .done }
        guard let isProvenGone = situation.isProvenGone else { return .proveGone }
        guard isProvenGone else { return .done }
        if situation.posts.isEmpty, situation.found == nil { return .look }
        if let step = nextForShowing(.expired, in: situation) { return step }
        return situation.record.fields.isEmpty ? .done : .settle(.expired)
    }

    private static func nextForPosting(_ situation: Situation, isPending: Bool) -> Step? {
        let claim = situation.record[PluginRecord.Key.claim]
        let missing = isPending ? situation.channels.filter(situation.lacksPost(in:)) : []
        let isUnfinished = !claim.isEmpty || !missing.isEmpty || situation.hasUnrecordedPosts
        guard isUnfinished else { return nil }
        guard situation.ownClaim != nil else {
            let isOurs = situation.record.claim?.replica == situation.replica
            let isLive = !claim.isEmpty && !isOurs && situation.claimAge < claimLifetime
            return isLive ? .wait(claimLifetime - situation.claimAge) : .claim(replacing: claim)
        }
        if situation.isTakenOver, situation.found == nil { return .look }
        return missing.first.map { .post(channelID: $0) } ?? .record(situation.posts)
    }

    private static func nextForShowing(_ status: Card.Status, in situation: Situation) -> Step? {
        let unread = situation.posts.filter { situation.shown[$0] == nil }
        guard unread.isEmpty else { return .read(unread) }
        let stale = situation.posts.first { post in
            switch situation.shown[post] {
            case .status(let shown)?: isStale(shown, for: status)
            case .deleted?, nil: false
            }
        }
        return stale.map { .update($0, status) }
    }

    /// A post of the original plugin tells no status, and is brought up to date; but only an open one expires.
    private static func isStale(_ shown: String?, for status: Card.Status) -> Bool {
        status == .expired ? shown == nil || shown == Card.Status.pending.name : shown != status.name
    }
}

extension PluginRecord {
    /// The status that the posts were last seen to show. Upper case is how the original plugin writes it.
    var shownStatus: String {
        let resolution = self[Key.resolution].lowercased()
        return resolution.isEmpty ? Card.Status.pending.name : resolution
    }
}
