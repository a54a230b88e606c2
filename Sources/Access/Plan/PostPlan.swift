/// The next thing to do for a request, from what is known: pure, so that every mix of states can be listed in a test.
///
/// ```
///                    ┌ gone ──→ prove → look → read → update → settle
/// request and record ┤
///                    └ there ─→ claim → look → post → record → read → update → settle → remove → reply → remind → rest
/// ```
///
/// Everything that is written to Mattermost or to the plugin data is a step of this plan. A state that the world can be in and
/// the plan cannot is mended here, in ``Situation`` or in the record's types.
package enum PostPlan {
    package enum Step: Equatable, Sendable {
        /// Everything is as it should be, or as far as it can be brought now.
        case done
        /// Nothing is to be done before this time has passed, and nothing need be remembered until then.
        case rest(Duration)
        /// Another replica is posting or deciding: look again after this time.
        case wait(Duration)
        /// Find out whether the request is really gone: see ``GoneEvidence``.
        case proveGone
        /// Claim the posting; the record's claim must still be this (empty: none).
        case claim(replacing: String)
        /// Show that the claim is still held, for the next calls under it.
        case renewClaim
        /// Look for posts that were made in these channels but not recorded.
        case look([String])
        case post([Situation.Target])
        /// Write down the posts and give the claim back, unless a post may still come about late.
        case record([PostReference])
        /// Read what these posts show.
        case read([PostReference])
        case update([PostReference], Card.Status)
        /// Remove a second post of the same request in the same channel.
        case remove(PostReference)
        /// Note in the record what the posts show, and which are behind.
        case settle(Card.Status, behind: Set<String>)
        /// Read which replies a thread has.
        case readThread(PostReference)
        /// Remove a second reply about the same review.
        case removeReply(PostReference, in: PostReference)
        case reply(Reply, to: PostReference)
        /// Note what the threads tell, and give the claim back unless a post may still come about late.
        case recordThreads([ToldReviews], isReminded: Bool)
        /// A decision was claimed by a replica that did not live to make it, or the claim is damaged: free the request for another
        /// click. The record's claim must still be this.
        case releaseDecision(String)
    }

    /// A claim that has not changed for this long is a dead replica's. Longer than ``claimUse`` and a call's time limit together.
    package static let claimLifetime = Duration.seconds(15)
    /// A call under a claim is begun for this long after the claim was taken or renewed: with the call's own limit of 10 s it
    /// ends within the claim's life.
    package static let claimUse = Duration.seconds(4)
    /// A write whose answer was lost is looked for after this time, since a server's nodes may read from a copy of the database
    /// that is a second behind. For the same time a post that cannot be found is not taken for removed.
    package static let settling = Duration.seconds(2)
    /// Posts written at once by one run.
    package static let width = 8
    /// A request older than this whose record is missing may have been posted: the record can end before the request.
    package static let youth = Duration.seconds(60)
    /// Reviews told in the thread of one post, at most.
    package static let replyLimit = 50
    /// The longest time that a look at the clock is put off: it may be set meanwhile.
    static let longestRest = Duration.seconds(3600)

    package static func next(for situation: Situation, now: Timestamp) -> Step {
        guard let request = situation.request else { return nextForGone(situation, now: now) }
        return nextForPosting(situation, request, now: now)
            ?? nextForShowing(status(of: request, in: situation.record, now: now), in: situation)
            ?? situation.extras.first.map { .remove($0) }
            ?? nextForThreads(situation, request, now: now)
            ?? nextForDecision(situation, request)
            ?? rest(until: situation, request, now: now)
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

    /// While another replica's claim may be alive.
    static func waitForClaim(of situation: Situation) -> Step? {
        let isOthers = situation.record.claim.map { $0.replica != situation.replica } ?? false
        guard isOthers, situation.claimAge < claimLifetime else { return nil }
        return .wait(claimLifetime - situation.claimAge)
    }

    /// Takes the claim on posting, or shows that it is still held. Nil when the next call under it may begin.
    static func nextForClaim(_ situation: Situation) -> Step? {
        guard situation.ownClaim != nil else {
            if situation.unrest > .zero { return .wait(situation.unrest) }
            return waitForClaim(of: situation) ?? .claim(replacing: situation.record[PluginRecord.Key.claim])
        }
        return situation.isClaimWorn ? .renewClaim : nil
    }

    private static func nextForDecision(_ situation: Situation, _ request: AccessRequest) -> Step? {
        let decision = situation.record[PluginRecord.Key.decision]
        guard request.state == .pending, !decision.isEmpty else { return nil }
        return situation.decisionAge < claimLifetime
            ? .wait(claimLifetime - situation.decisionAge) : .releaseDecision(decision)
    }

    private static func rest(until situation: Situation, _ request: AccessRequest, now: Timestamp) -> Step {
        guard let wait = timeToReminder(situation, request, now: now), wait > .zero else { return .done }
        return .rest(min(wait, longestRest))
    }
}
