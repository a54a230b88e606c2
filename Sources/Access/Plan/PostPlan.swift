/// Chooses the next step for a request from everything that is known about it. The choice is a pure function, so that tests can
/// list every mix of states.
///
/// ```
///                             ┌ gone ──→ prove → look → read → update → settle
/// request and record ─→ mend ─┤
///                             └ there ─→ claim → look → post → record → read → update → settle → remove → reply → remind → rest
/// ```
///
/// Every write to Mattermost or to the plugin data is a step of this plan. If the plan does not handle a state that really
/// occurs, the mend belongs here, in ``Situation`` or in the record's types.
package enum PostPlan {
    /// A step of the plan. The reconciler takes it, notes the outcome in the ``Situation``, and asks for the next step.
    package enum Step: Equatable, Sendable {
        /// Everything is as it should be, or as far as it can be brought now.
        case done
        /// Nothing is to be done before this time has passed, and nothing need be remembered until then.
        case rest(Duration)
        /// Another replica is posting or deciding: look again after this time.
        case wait(Duration)
        /// Find out whether the request is really gone: see ``GoneEvidence``.
        case proveGone
        /// Claim the posting. The value is the claim that the record must still have; empty if it has none.
        case claim(replacing: String)
        /// Show that the claim is still held, for the next calls under it.
        case renewClaim
        /// Look for posts that were made in these channels but not recorded.
        case look([String])
        /// Make posts in these places.
        case post([Situation.Target])
        /// Write these posts into the record and give the claim back, unless a post may still come about late.
        case record([PostReference])
        /// Read what these posts show.
        case read([PostReference])
        /// Change these posts so that they show the status.
        case update([PostReference], Card.Status)
        /// Remove a second post of the same request in the same channel.
        case remove(PostReference)
        /// Note in the record what the posts show, and which of them do not show it yet.
        case settle(Card.Status, behind: Set<String>)
        /// Read the replies in the thread of this post.
        case readThread(PostReference)
        /// Remove a second reply about the same review.
        case removeReply(PostReference, in: PostReference)
        /// Add a reply to the thread of this post.
        case reply(Reply, to: PostReference)
        /// Note what the threads tell, and give the claim back unless a post may still come about late.
        case recordThreads([ToldReviews], reminded: [ReminderStep])
        /// Remove the claim on a decision, so that another click can decide the request. The replica that claimed it did not
        /// live to make the decision, or the claim is damaged. The value is the claim that the record must still have.
        case releaseDecision(String)
    }

    /// A claim that has not changed for this long belongs to a dead replica. The time is longer than ``claimUse`` and the time
    /// limit of a call together.
    package static let claimLifetime = Duration.seconds(15)
    /// A call under a claim begins at most this long after the claim was taken or renewed. With its own time limit of 10 s, the
    /// call ends within the claim's life.
    package static let claimUse = Duration.seconds(4)
    /// A write whose answer was lost is looked for after this time, because a server's nodes may read from a copy of the
    /// database that is a second behind. For the same time, a post that cannot be found is not taken for removed.
    package static let settling = Duration.seconds(2)
    /// The largest number of posts that a run writes at once.
    package static let width = 8
    /// A request that is older than this and has no record may have been posted before, because the record can end before the
    /// request.
    package static let youth = Duration.seconds(60)
    /// The largest number of reviews that the thread of one post tells.
    package static let replyLimit = 50
    /// The longest time until the clock is read again. It is bounded because the clock may be set meanwhile.
    static let longestRest = Duration.seconds(3600)

    /// Returns the next step for a request.
    package static func next(for situation: Situation, now: Timestamp) -> Step {
        if let step = nextForOverwritten(situation, now: now) { return step }
        guard let request = situation.request else { return nextForGone(situation, now: now) }
        return nextForPosting(situation, request, now: now)
            ?? nextForShowing(status(of: request, in: situation.record, now: now), in: situation)
            ?? situation.extras.first.map { .remove($0) }
            ?? nextForThreads(situation, request, now: now)
            ?? nextForDecision(situation, request)
            ?? rest(until: situation, request, now: now)
    }

    /// Returns the step that puts right what this process has written over another replica's final state. It comes before any wait,
    /// because the record does not tell that the posts are wrong, and this process may end.
    private static func nextForOverwritten(_ situation: Situation, now: Timestamp) -> Step? {
        guard !situation.overwriting.isEmpty, situation.record.shownStatus != Card.Status.pending.name else { return nil }
        let status =
            situation.request.map { Self.status(of: $0, in: situation.record, now: now) } ?? lastStatus(in: situation, now: now)
        let posts = situation.reachablePosts.filter { post in
            situation.overwriting[post].map { $0 != status.name } ?? false && !situation.refreshed.contains(post)
        }
        let unread = posts.filter { situation.shown[$0] == nil }
        guard unread.isEmpty else { return .read(Array(unread.prefix(width))) }
        let stale = posts.filter { isStale($0, for: status, in: situation) }
        return stale.isEmpty ? nil : .update(Array(stale.prefix(width)), status)
    }

    /// Returns the status that the posts of an existing request should show.
    package static func status(of request: AccessRequest, in record: PluginRecord, now: Timestamp) -> Card.Status {
        let decision = record.decision(named: request.state.name)
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

    /// Returns a wait while another replica's claim may be alive, otherwise nil.
    static func waitForClaim(of situation: Situation) -> Step? {
        let isOthers = situation.record.claim.map { $0.replica != situation.replica } ?? false
        guard isOthers, situation.claimAge < claimLifetime else { return nil }
        return .wait(claimLifetime - situation.claimAge)
    }

    /// Returns the step that takes the claim on posting, or that shows it is still held. Nil when the next call under it may
    /// begin.
    static func nextForClaim(_ situation: Situation) -> Step? {
        guard situation.ownClaim != nil else {
            if situation.unrest > .zero { return .wait(situation.unrest) }
            return waitForClaim(of: situation) ?? .claim(replacing: situation.record[PluginRecord.Key.claim])
        }
        return situation.isClaimWorn ? .renewClaim : nil
    }

    /// Returns whether another replica may take the claim on posting at once. A post that is in doubt may still come about, so the
    /// next run has to look for it. And a reminder that was made in some threads only is not recorded, so that another replica,
    /// whose read lags behind, would make it again.
    ///
    /// - Parameter fields: what is written to the record together with giving it back.
    package static func mayGiveBackClaim(
        _ situation: Situation, writing fields: [String: String] = [:], now: Timestamp
    ) -> Bool {
        guard situation.doubtfulChannels.isEmpty else { return false }
        guard let request = situation.request, !situation.replied.isEmpty else { return true }
        let record = fields.isEmpty ? situation.record : situation.record.setting(fields)
        return !ReminderPlan.dueReplies(situation.reminders, request, record, now: now)
            .contains { situation.replied.contains(Reply.reminder($0).name) }
    }

    private static func nextForDecision(_ situation: Situation, _ request: AccessRequest) -> Step? {
        let decision = situation.record[PluginRecord.Key.decision]
        guard request.state == .pending, !decision.isEmpty else { return nil }
        return situation.decisionAge < claimLifetime
            ? .wait(claimLifetime - situation.decisionAge) : .releaseDecision(decision)
    }

    private static func rest(until situation: Situation, _ request: AccessRequest, now: Timestamp) -> Step {
        guard let wait = ReminderPlan.wait(situation.reminders, request, situation.record, now: now) else { return .done }
        return .rest(min(wait, longestRest))
    }
}
