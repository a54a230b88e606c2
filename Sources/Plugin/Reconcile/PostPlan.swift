package import Access

/// The next thing to do for a request, from what is known: pure, so that every mix of states can be listed in a test.
package enum PostPlan {
    package enum Step: Equatable, Sendable {
        /// Everything is as it should be, or as far as it can be brought now.
        case done
        /// Another replica is posting or deciding: look again after this time.
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
        /// Remove a second post of the same request in the same channel.
        case remove(PostReference)
        /// Note in the record that the posts show this.
        case settle(Card.Status)
        /// A decision was claimed by a replica that did not live to make it: free the request for another click.
        case releaseDecision(DecisionClaim)
    }

    /// A claim that has not changed for this long is a dead replica's. Longer than a post's whole time limit.
    package static let claimLifetime = Duration.seconds(15)

    package static func next(for situation: Situation, now: Timestamp) -> Step {
        guard let request = situation.request else { return nextForGone(situation, now: now) }
        if let step = nextForPosting(situation, isPending: request.state == .pending) { return step }
        if let step = nextForShowing(status(of: request, in: situation.record, now: now), in: situation) { return step }
        if let extra = situation.extras.first { return .remove(extra) }
        guard request.state == .pending, let decision = situation.record.decision else { return .done }
        return situation.decisionAge < claimLifetime
            ? .wait(claimLifetime - situation.decisionAge) : .releaseDecision(decision)
    }

    /// What the posts of an existing request should show.
    package static func status(of request: AccessRequest, in record: PluginRecord, now: Timestamp) -> Card.Status {
        let decision = record.decision.flatMap { $0.decision.state == request.state ? $0 : nil }
        let resolution = Card.Resolution(
            by: decision?.username, at: decision?.at ?? record.resolvedAt ?? now, reason: request.resolveReason)
        return switch request.state {
        case .pending: .pending
        case .approved: .approved(resolution)
        case .denied: .denied(resolution)
        case .promoted: .promoted(request.accessList)
        case .unknown(let number): .unknown(number)
        }
    }

    /// What the posts of a request that is gone should show: its decision where there was one.
    private static func lastStatus(in record: PluginRecord, now: Timestamp) -> Card.Status {
        let resolution = Card.Resolution(by: record.decision?.username, at: record.decision?.at ?? record.resolvedAt ?? now)
        return switch record.shownStatus {
        case Card.Status.approved(nil).name: .approved(resolution)
        case Card.Status.denied(nil).name: .denied(resolution)
        case Card.Status.promoted().name: .promoted()
        default: .expired
        }
    }

    private static func nextForGone(_ situation: Situation, now: Timestamp) -> Step {
        let claim = situation.record[PluginRecord.Key.claim]
        let isOpen = situation.record.shownStatus == Card.Status.pending.name && !(situation.posts.isEmpty && claim.isEmpty)
        let isStale = situation.shown.contains { $0.value == .status(Card.Status.pending.name) }
        guard isOpen || isStale || situation.isSuspect || !situation.extras.isEmpty else { return .done }
        guard let isProvenGone = situation.isProvenGone else { return .proveGone }
        guard isProvenGone else { return .done }
        if let wait = waitForClaim(of: situation) { return wait }
        if !claim.isEmpty, !situation.hasLooked { return .look }
        if let step = nextForShowing(lastStatus(in: situation.record, now: now), in: situation) { return step }
        return situation.extras.first.map { .remove($0) } ?? .done
    }

    private static func nextForPosting(_ situation: Situation, isPending: Bool) -> Step? {
        let claim = situation.record[PluginRecord.Key.claim]
        let channels = isPending ? situation.channels : situation.noticeChannels
        let missing = channels.filter { !situation.failedChannels.contains($0) && situation.lacksPost(in: $0) }
        let isUnfinished = !claim.isEmpty || !missing.isEmpty || situation.hasUnrecordedPosts
        guard isUnfinished else { return nil }
        guard situation.ownClaim != nil else { return waitForClaim(of: situation) ?? .claim(replacing: claim) }
        if situation.isTakenOver, !situation.hasLooked { return .look }
        if let channel = missing.first { return .post(channelID: channel) }
        // A post that failed may come about late: the claim stays, so that the next holder looks for it.
        guard situation.failedChannels.isEmpty || situation.hasUnrecordedPosts else { return nil }
        return .record(situation.posts)
    }

    /// While another replica's claim may be alive.
    private static func waitForClaim(of situation: Situation) -> Step? {
        let isOthers = situation.record.claim.map { $0.replica != situation.replica } ?? false
        guard isOthers, situation.claimAge < claimLifetime else { return nil }
        return .wait(claimLifetime - situation.claimAge)
    }

    /// The record spares the reading: a post is read only when the record does not say that all show `status` already.
    private static func nextForShowing(_ status: Card.Status, in situation: Situation) -> Step? {
        let isSettled = situation.record.shownStatus == status.name
        let posts = situation.posts.filter { !situation.failedPosts.contains($0) }
        if !isSettled || situation.isSuspect {
            let unread = posts.filter { situation.shown[$0] == nil }
            guard unread.isEmpty else { return .read(unread) }
        }
        let stale = posts.first { post in
            guard case .status(let shown)? = situation.shown[post] else { return false }
            return isStale(shown, for: status)
        }
        if let stale { return .update(stale, status) }
        let hasRecord = !situation.record.fields.isEmpty
        return isSettled || !hasRecord || situation.hasFailures ? nil : .settle(status)
    }

    /// A post of the original plugin tells no status: it is brought up to date once it is no longer open.
    private static func isStale(_ shown: String?, for status: Card.Status) -> Bool {
        guard let shown else { return status != .pending }
        return shown != status.name
    }
}

extension PluginRecord {
    /// The status that the posts were last seen to show. Upper case is how the original plugin writes it.
    var shownStatus: String {
        let resolution = self[Key.resolution].lowercased()
        return resolution.isEmpty ? Card.Status.pending.name : resolution
    }
}
