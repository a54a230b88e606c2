// The steps that make the posts of an existing request: claim the posting, look for posts that a dead replica left, post, and
// record.
extension PostPlan {
    static func nextForPosting(_ situation: Situation, _ request: AccessRequest, now: Timestamp) -> Step? {
        let missing = situation.targets.filter {
            $0.isWanted && situation.lacksPost(in: $0.channelID) && situation.isOpen($0.channelID)
                && !($0.isNotice && situation.posts.isEmpty)
        }
        let claim = situation.record[PluginRecord.Key.claim]
        guard hasLeftovers(situation) || !missing.isEmpty || situation.hasUnrecordedPosts else { return nil }
        if situation.postingDelay > .zero, claim.isEmpty, situation.posts.isEmpty { return .wait(situation.postingDelay) }
        if situation.ownClaim == nil {
            if let wait = waitForClaim(of: situation) { return wait }
            return situation.unrest > .zero ? .wait(situation.unrest) : .claim(replacing: claim)
        }
        let unseen = unseenChannels(situation, request, now: now)
        if !unseen.isEmpty { return situation.isClaimWorn ? .renewClaim : .look(unseen) }
        if !missing.isEmpty { return situation.isClaimWorn ? .renewClaim : .post(Array(missing.prefix(width))) }
        guard mayGiveBackClaim(situation, now: now) || situation.hasUnrecordedPosts else { return nil }
        return .record(situation.posts)
    }

    /// Returns whether another replica, or an earlier run, has left a claim, or posts that nobody recorded and that can be looked for
    /// now. A claim that this run took for replies in threads is given back by the steps for threads.
    private static func hasLeftovers(_ situation: Situation) -> Bool {
        let isClaimed = !situation.record[PluginRecord.Key.claim].isEmpty
        guard situation.ownClaim == nil else { return isClaimed && situation.isTakenOver }
        guard !isClaimed, situation.record.mayLackPosts else { return isClaimed }
        let unseen = situation.unseenChannels
        return unseen.isEmpty ? !situation.lacksTargets : unseen.contains(where: situation.isOpen)
    }

    /// Returns the channels that may have a post which nobody recorded: after another replica's claim was taken over, for a
    /// request that has posts elsewhere, and for one that is no longer new. A channel may have been closed to the bot when it
    /// was to be looked through after a take-over, and a record can end before its request.
    private static func unseenChannels(_ situation: Situation, _ request: AccessRequest, now: Timestamp) -> [String] {
        let isNew = situation.record.posts.isEmpty && now <= request.created.advanced(by: youth)
        guard situation.isTakenOver || !isNew else { return [] }
        return situation.unseenChannels.filter(situation.isOpen)
    }
}
