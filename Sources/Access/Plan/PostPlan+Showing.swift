// Bringing posts up to date with what they should say.
extension PostPlan {
    /// The record spares the reading: a post is read only when the record does not say that it shows all of this already.
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
        guard !situation.record.fields.isEmpty, !isRecorded || behind != recordedBehind else { return nil }
        return .settle(status, behind: behind)
    }

    /// Whether the record says that the posts which are not ``PluginRecord/behind`` show this, made as this process makes them.
    static func isRecorded(_ status: Card.Status, in situation: Situation) -> Bool {
        let record = situation.record
        guard record.shownStatus == status.name else { return false }
        guard status == .pending, !situation.posts.isEmpty else { return true }
        return !situation.rendering.replaces(record.rendering)
            && record[PluginRecord.Key.progress] == situation.request?.reviewProgress ?? ""
    }

    private static func isStale(_ post: PostReference, for status: Card.Status, in situation: Situation) -> Bool {
        guard case .status(let shown, let hasButtons)? = situation.shown[post] else { return false }
        let isTold = situation.record.tellsDecision
        guard status.mayReplace(shown, hasButtons: hasButtons, isToldByRecord: isTold) else { return false }
        if shown != status.name { return true }
        guard status == .pending, !situation.refreshed.contains(post) else { return false }
        if !isRecorded(status, in: situation) || situation.record.behind.contains(post.postID) { return true }
        // What another run wrote late may stand in the post, whatever the record says.
        return situation.isSuspect && !situation.record[PluginRecord.Key.progress].isEmpty
    }

    /// The posts that do not show yet what the others show.
    private static func behind(_ situation: Situation) -> Set<String> {
        let posts = situation.posts.filter { situation.failedPosts.contains($0) || situation.blockedPosts.contains($0) }
        let hasNotice = situation.targets.contains { $0.isNotice && situation.doubtfulChannels.contains($0.channelID) }
        return Set(posts.map(\.postID)).union(hasNotice ? [PluginRecord.noticeIsBehind] : [])
    }
}

extension Card.Status {
    /// Whether a post that shows `shown` may be made to show this. A final state is final: nothing turns a decision into
    /// EXPIRED.
    ///
    /// - Parameters:
    ///   - shown: nil on a post of the original plugin.
    ///   - hasButtons: whether such a post is still open.
    ///   - isToldByRecord: whether the record would name a decision, as that of the original 7.3.2 does.
    func mayReplace(_ shown: String?, hasButtons: Bool, isToldByRecord: Bool) -> Bool {
        guard self == .expired else { return true }
        guard let shown else { return hasButtons || isToldByRecord }
        return Card.Status(final: shown) == nil
    }

    /// The decision that a post or record shows, by its ``name``, without who made it; nil for a state that is none.
    init?(final name: String) {
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
    /// The status that the posts were last seen to show. Upper case is how the original plugin writes it.
    package var shownStatus: String {
        let resolution = self[Key.resolution].lowercased()
        return resolution.isEmpty ? Card.Status.pending.name : resolution
    }

    /// Whether a decision would be in the record: the original 0.2.0 wrote none, and named its post otherwise.
    var tellsDecision: Bool { !self[Key.messages].isEmpty }
}
