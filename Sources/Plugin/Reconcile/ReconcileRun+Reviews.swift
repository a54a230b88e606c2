import Access
import Logging

// What others said of the request: how many approvals there are, and each review as a reply in the posts' threads.
extension ReconcileRun {
    /// Reviews told in the thread of one post, at most.
    static let replyLimit = 50

    /// Done last, when the posts show the request's state.
    func tellReviews(_ situation: inout Situation, _ memory: inout Memory) async throws -> Progress {
        guard let request = situation.request else { return .continue }
        let progress = try await showProgress(of: request, &situation, &memory)
        guard case .continue = progress else { return progress }
        return try await reply(with: Array(request.reviews.prefix(Self.replyLimit)), &situation, &memory)
    }

    // MARK: - The count

    private func showProgress(
        of request: AccessRequest, _ situation: inout Situation, _ memory: inout Memory
    ) async throws -> Progress {
        let (wanted, recorded) = (request.reviewProgress, situation.record[PluginRecord.Key.progress])
        guard request.state == .pending, !situation.record.fields.isEmpty, !(wanted.isEmpty && recorded.isEmpty) else {
            return .continue
        }
        // What another run wrote late may stand in the posts, whatever the record says.
        guard wanted != recorded || situation.isSuspect else { return .continue }
        for post in situation.posts where situation.shown[post] == nil { await read(post, &situation, &memory) }
        for post in situation.posts where situation.shown[post] != .deleted && !situation.failedPosts.contains(post) {
            await update(post, to: .pending, &situation, &memory)
        }
        guard situation.failedPosts.isEmpty else { return .continue }
        return try await write(
            [PluginRecord.Key.progress: wanted], expecting: [PluginRecord.Key.progress: recorded], in: &situation)
    }

    // MARK: - The threads

    /// The claim on posting keeps other replicas from replying at the same time. What is in a thread already is read before
    /// anything is added, so that a reply that was made and not recorded is not made again.
    private func reply(
        with reviews: [AccessReview], _ situation: inout Situation, _ memory: inout Memory
    ) async throws -> Progress {
        let record = situation.record
        let posts = situation.posts.filter { post in
            let replied = record.repliedReviews(to: post)
            return situation.shown[post] != .deleted && !situation.failedPosts.contains(post)
                && (replied < reviews.count || memory.hasDoubtfulReplies && replied > 0)
        }
        guard !posts.isEmpty else { return .continue }
        let claimed = try await claim(replacing: record[PluginRecord.Key.claim], in: &situation)
        guard case .continue = claimed else { return claimed }
        let claimedAt = environment.elapsed()
        var replied: [PostReference: Int] = [:]
        for post in posts {
            let known = record.repliedReviews(to: post)
            do {
                replied[post] = try await complete(post, from: known, reviews, claimedAt: claimedAt)
            } catch let error as PartlyReplied {
                replied[post] = error.count
                memory.firstFailure = memory.firstFailure ?? error.cause
            }
        }
        let isComplete = memory.firstFailure != nil || posts.allSatisfy { (replied[$0] ?? 0) >= reviews.count }
        let progress = try await recordReplies(replied, in: &situation)
        if case .conflict = progress { memory.hasDoubtfulReplies = true }
        guard case .continue = progress else { return progress }
        memory.hasDoubtfulReplies = false
        return isComplete ? .continue : .end(.later(.zero))
    }

    private struct PartlyReplied: Error {
        var count: Int
        var cause: MattermostError
    }

    /// How many of the reviews the thread has afterwards: not all, when the claim grew too old meanwhile.
    private func complete(
        _ post: PostReference, from known: Int, _ reviews: [AccessReview], claimedAt: Duration
    ) async throws -> Int {
        var count = known
        do {
            let botID = try await environment.recipients.botID()
            guard let replies = try await environment.chat.replies(to: post, by: botID) else { return reviews.count }
            var present: Set<String> = []
            for reply in replies where reply.requestID == id {
                guard let name = reply.name, !present.insert(name).inserted else { continue }
                try await environment.chat.deletePost(reply.reference)
                environment.logger.warning(
                    "Removed a second reply about the same review", metadata: .request(id, reply.reference))
            }
            while count < reviews.count {
                let reply = ThreadReply(reviews[count], index: count, of: id)
                if !present.contains(reply.name) {
                    guard environment.elapsed() - claimedAt < Self.claimUse else { break }
                    try await environment.chat.reply(reply, to: post, pendingPostID: "\(botID):\(post.postID)-\(reply.name)")
                    environment.logger.info(
                        "Told a review", metadata: .request(id, post, ["author": "\(reviews[count].author)"]))
                }
                count += 1
            }
            return count
        } catch {
            throw PartlyReplied(count: count, cause: error)
        }
    }

    /// Gives the claim back, unless a post may still come about late.
    private func recordReplies(_ replied: [PostReference: Int], in situation: inout Situation) async throws -> Progress {
        let counts = situation.posts.map { ($0, replied[$0] ?? situation.record.repliedReviews(to: $0)) }
        var fields = [PluginRecord.Key.replies: PluginRecord.replies(counts)]
        if situation.failedChannels.isEmpty { fields[PluginRecord.Key.claim] = "" }
        let progress = try await write(
            fields, expecting: [PluginRecord.Key.claim: situation.ownClaim?.description ?? ""], in: &situation)
        if situation.failedChannels.isEmpty { situation.ownClaim = nil }
        return progress
    }
}
