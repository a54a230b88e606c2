import Access

/// Judges what has to be right at the end of a world.
extension Oracle {
    func judgeEnd() {
        judgeAnswers()
        for id in world.teleport.order { judge(id) }
        // A replica that is to remind people of a request may keep it in its queue for up to an hour.
        let hasReminders = world.plan.reminds
        for replica in world.living where !replica.leftovers.isEmpty && !hasReminders {
            violation(.atRest, "\(replica.machine.name) still holds \(replica.leftovers.joined(separator: ", "))")
        }
    }

    private func judge(_ id: RequestID) {
        let request = world.teleport.request(id)
        judgePosts(of: id, request)
        let fields = world.teleport.pluginData(of: id)
        guard let request else { return }
        if fields[PluginRecord.Key.claim] != nil { violation(.claimReleased, "the claim on posting \(id) is still held") }
        if request.state == .pending, fields[PluginRecord.Key.decision] != nil {
            violation(.claimReleased, "the decision of \(id) is still claimed")
        }
    }

    /// Returns the decision that a replica has made, and that the posts of the request show although it is gone. How it was decided
    /// elsewhere cannot be read any more then, nor what a replica did that was killed before it heard the answer.
    private func knownDecision(of id: RequestID) -> String? {
        guard !world.plan.decidesByReview, let made = made[id] else { return nil }
        let isForgotten = !made.isKnown && !world.living.contains { $0.machine.name == made.replica }
        return isForgotten ? nil : made.decision.state.name
    }

    private func judgePosts(of id: RequestID, _ request: AccessRequest?) {
        let posts = world.mattermost.posts(about: id)
        judgePlaces(of: id, request, posts.map(\.reference))
        let decided = knownDecision(of: id)
        let expected = request.map(\.state.name) ?? decided
        for (reference, post) in posts {
            let shown = post.card.status ?? ""
            if expected.map({ $0 != shown }) ?? (shown == "pending") {
                violation(.shownState, "\(reference) of \(id) shows \(shown), not \(expected ?? "what became of it")")
            }
            if Set(post.replyNames).count < post.replies.count {
                violation(.replyOnce, "\(reference) has a reply twice: \(post.replyNames)")
            }
            if let request { judgeContents(of: reference, post, about: request) }
        }
    }

    /// No channel has two posts of a request, and each has one in which somebody is to be told.
    private func judgePlaces(of id: RequestID, _ request: AccessRequest?, _ posts: [PostReference]) {
        let deleted = world.mattermost.deletedByPeople(about: id)
        let decided = world.teleport.decided(id) ?? .seconds(Int64.max)
        let wasPosted = posts.compactMap(world.mattermost.made).contains { $0 < decided }
        for channel in world.allChannelIDs + directChannels(of: id) {
            let count = posts.count { $0.channelID == channel }
            if count > 1 { violation(.onePost, "\(id) has \(count) posts in \(channel)") }
            guard let request, count == 0, !deleted.contains(channel) else { continue }
            if isToldIn(channel, of: request, wasPosted: wasPosted) {
                violation(.posted, "\(id) has no post in \(channel)")
            }
        }
    }

    /// Whether somebody is told of a request in this channel: those who may decide it while it is pending, and once it is decided, the
    /// requester, if others were told before.
    private func isToldIn(_ channel: String, of request: AccessRequest, wasPosted: Bool) -> Bool {
        let requester = People.all.first { $0.name == request.user }
        let isNotice = requester.map { SimulatedMattermost.direct($0.id) == channel } ?? false
        if request.state == .pending { return !isNotice }
        return isNotice && wasPosted && world.plan.notifies && !world.plan.beginsWithOlder
    }

    /// The direct-message channels in which somebody may be told of the request.
    private func directChannels(of id: RequestID) -> [String] {
        let request = world.teleport.made(id)
        let people = People.all.filter {
            $0.name == request?.user || request?.suggestedReviewers.contains($0.account.email) == true
        }
        return people.map { SimulatedMattermost.direct($0.id) }
    }
}
