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
        for channel in world.channelIDs {
            let here = posts.filter { $0.reference.channelID == channel }
            if here.count > 1 { violation(.onePost, "\(id) has \(here.count) posts in \(channel)") }
            let isDeleted = world.mattermost.deletedByPeople(about: id).contains(channel)
            if here.isEmpty, request?.state == .pending, !isDeleted {
                violation(.posted, "\(id) is pending and has no post in \(channel)")
            }
        }
        let decided = knownDecision(of: id)
        let expected = request.map(\.state.name) ?? decided
        for (reference, post) in posts {
            let shown = post.card.status ?? ""
            if expected.map({ $0 != shown }) ?? (shown == "pending") {
                violation(.shownState, "\(reference) of \(id) shows \(shown), not \(expected ?? "what became of it")")
            }
            let names = post.replies.compactMap(\.name)
            if Set(names).count < names.count { violation(.replyOnce, "\(reference) has a reply twice: \(names)") }
        }
    }
}
