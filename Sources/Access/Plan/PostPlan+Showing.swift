// The steps that bring posts up to date with what they should show.
extension PostPlan {
    /// Returns the next step towards posts that show this status. To save calls, a post is read only if the record does not say
    /// that it shows all of this already.
    static func nextForShowing(_ status: Card.Status, in situation: Situation) -> Step? {
        let isRecorded = isRecorded(status, in: situation)
        let recordedBehind = situation.record.behind
        let doubtful = situation.reachablePosts.filter {
            !isRecorded || situation.isSuspect || recordedBehind.contains($0.postID)
        }
        let unread = doubtful.filter { situation.shown[$0] == nil }
        guard unread.isEmpty else { return .read(Array(unread.prefix(width))) }
        let stale = situation.reachablePosts.filter { isStale($0, for: status, in: situation) }
        guard stale.isEmpty else { return .update(Array(stale.prefix(width)), status) }
        let behind = behind(situation)
        let isNews = !isRecorded || behind != recordedBehind || !situation.unconfirmed.isEmpty
        guard !situation.record.fields.isEmpty, isNews else { return nil }
        return .settle(status, behind: behind)
    }

    /// Returns whether the record says that the posts show this status and were made with this process's configuration. Posts
    /// that are ``PluginRecord/behind`` are excepted.
    static func isRecorded(_ status: Card.Status, in situation: Situation) -> Bool {
        let record = situation.record
        guard record.shownStatus == status.name else { return false }
        guard status == .pending, !situation.posts.isEmpty else { return true }
        return !situation.rendering.replaces(record.rendering)
            && record[PluginRecord.Key.progress] == situation.request?.reviewProgress ?? ""
    }

    static func isStale(_ post: PostReference, for status: Card.Status, in situation: Situation) -> Bool {
        guard case .status(let shown, let hasButtons)? = situation.shown[post] else { return false }
        let isTold = situation.record.tellsDecision
        guard status.mayReplace(shown, hasButtons: hasButtons, isToldByRecord: isTold) else { return false }
        if shown != status.name || isOverruled(status, on: post, in: situation) { return true }
        if let own = situation.overwriting[post], own != status.name, !situation.refreshed.contains(post) { return true }
        guard status == .pending, !situation.refreshed.contains(post) else { return false }
        if !isRecorded(status, in: situation) || situation.record.behind.contains(post.postID) { return true }
        // A late write of another run may have changed the post, whatever the record says.
        return situation.isSuspect && !situation.record[PluginRecord.Key.progress].isEmpty
    }

    /// Returns whether the record names another decision than this one, and this run has not written the post yet. The post is
    /// then written whatever it seems to show: a read may lag behind the write of the other decision.
    private static func isOverruled(_ status: Card.Status, on post: PostReference, in situation: Situation) -> Bool {
        guard Card.Status(final: status.name) != nil, !situation.refreshed.contains(post) else { return false }
        let recorded = situation.record.shownStatus
        return recorded != status.name && Card.Status(final: recorded) != nil
    }

    /// Returns the ids of the posts that do not show yet what the others show.
    private static func behind(_ situation: Situation) -> Set<String> {
        let posts = situation.posts.filter { situation.failedPosts.contains($0) || situation.blockedPosts.contains($0) }
        let lacksNotice =
            situation.lacksNoticeChannel && situation.isProvenGone != true
            || situation.targets.contains { $0.isNotice && situation.doubtfulChannels.contains($0.channelID) }
        return Set(posts.map(\.postID)).union(lacksNotice ? [PluginRecord.noticeIsBehind] : [])
    }
}

extension Card.Status {
    /// Returns whether a post that shows `shown` may be changed to this status. A final state is final: nothing turns a
    /// decision into EXPIRED.
    ///
    /// - Parameters:
    ///   - shown: the status that the post shows; nil on a post of the original plugin.
    ///   - hasButtons: whether a post of the original plugin has buttons, and so is still open.
    ///   - isToldByRecord: whether the record would name a decision, as the record of the original 7.3.2 does.
    func mayReplace(_ shown: String?, hasButtons: Bool, isToldByRecord: Bool) -> Bool {
        guard self == .expired, !Sabotage.isActive(.finalStateOverwritten) else { return true }
        guard let shown else { return hasButtons || isToldByRecord }
        return Card.Status(final: shown) == nil
    }

    /// Creates the decision that a post or record shows, from its ``name`` and without who made it. Nil for the name of a state
    /// that is no decision.
    package init?(final name: String) {
        switch name {
        case Card.Status.approved(nil).name: self = .approved(nil)
        case Card.Status.denied(nil).name: self = .denied(nil)
        case Card.Status.promoted().name: self = .promoted()
        default:
            let prefix = "state-"
            guard name.hasPrefix(prefix), let number = Int(name.dropFirst(prefix.count)) else { return nil }
            self = .unknown(number)
        }
    }
}

extension PluginRecord {
    /// The status that the posts were last seen to show. It is converted to lower case because the original plugin writes it in
    /// upper case.
    package var shownStatus: String {
        let resolution = self[Key.resolution].lowercased()
        return resolution.isEmpty ? Card.Status.pending.name : resolution
    }

    /// Whether the record would name a decision if there were one. The original 0.2.0 recorded no decisions, and kept its post
    /// under other keys.
    var tellsDecision: Bool { !self[Key.messages].isEmpty }
}
