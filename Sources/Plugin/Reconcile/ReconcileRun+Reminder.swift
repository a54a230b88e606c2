import Access
import Logging

// One reply in each thread of a request that nobody has decided, some time before it lapses.
extension ReconcileRun {
    /// How long at most a look at the clock is put off: it may be set meanwhile.
    private static let longestWait = Duration.seconds(3600)

    /// `continue` where there is nothing to remind of, or it was done.
    func remind(_ situation: inout Situation, _ memory: inout Memory) async throws -> Progress {
        guard let wait = timeToReminder(situation) else { return .continue }
        guard wait <= .zero else {
            claims.forget(id)
            return .end(.later(min(wait, Self.longestWait)))
        }
        let claimed = try await claim(replacing: situation.record[PluginRecord.Key.claim], in: &situation)
        guard case .continue = claimed else { return claimed }
        let claimedAt = environment.elapsed()
        for post in situation.posts where situation.shown[post] != .deleted {
            do {
                guard environment.elapsed() - claimedAt < Self.claimUse else { return .end(.later(.zero)) }
                try await remind(in: post, situation)
            } catch {
                memory.firstFailure = memory.firstFailure ?? error
            }
        }
        // A reminder that failed is tried again for as long as there is time.
        let isDone = memory.firstFailure == nil
        let progress = try await write(
            [PluginRecord.Key.reminded: isDone ? "yes" : "", PluginRecord.Key.claim: ""],
            expecting: [PluginRecord.Key.claim: situation.ownClaim?.description ?? ""], in: &situation)
        situation.ownClaim = nil
        return progress
    }

    /// Nil where none is due, ever: not wanted, told already, or the request's whole life is no longer than that.
    private func timeToReminder(_ situation: Situation) -> Duration? {
        guard let before = environment.remindsBefore, let request = situation.request, request.state == .pending,
            let expires = request.expires, expires.since(request.created) > before, !situation.posts.isEmpty,
            situation.record[PluginRecord.Key.reminded].isEmpty
        else { return nil }
        let now = environment.now()
        return expires > now ? expires.since(now) - before : nil
    }

    private func remind(in post: PostReference, _ situation: Situation) async throws(MattermostError) {
        guard let expires = situation.request?.expires else { return }
        let left = expires.since(environment.now()).inWords
        let text = "⏳ Nobody has decided this yet. It lapses in \(left), at \(expires.minuteInUTC)."
        let reply = ThreadReply(requestID: id, name: "reminder", text: text)
        let botID = try await environment.recipients.botID()
        guard let replies = try await environment.chat.replies(to: post, by: botID),
            !replies.contains(where: { $0.requestID == id && $0.name == reply.name })
        else { return }
        try await environment.chat.reply(reply, to: post, pendingPostID: "\(botID):\(post.postID)-\(reply.name)")
        environment.logger.info("Reminded of a request that nobody has decided", metadata: .request(id, post))
    }
}
