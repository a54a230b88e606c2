import Access
import Logging

// The part of a run that writes to the threads of the posts: replies about reviews, and reminders.
extension ReconcileRun {
    func readThread(of post: PostReference, _ attempt: inout Attempt) async throws {
        let botID = try await context.recipients.botID()
        do {
            guard let replies = try await context.chat.replies(to: post, by: botID) else {
                attempt.situation.failedPosts.insert(post)
                attempt.recheck = PostPlan.settling
                return
            }
            var thread = Situation.Thread()
            for reply in replies where reply.requestID == id {
                guard let name = reply.name else { continue }
                if !thread.names.insert(name).inserted { thread.doubles.append(reply.reference) }
            }
            thread.names.formUnion(attempt.memory.replied[post] ?? [])
            attempt.situation.threads[post] = thread
        } catch {
            failed(on: post, error, &attempt)
        }
    }

    func removeReply(_ reply: PostReference, in post: PostReference, _ attempt: inout Attempt) async {
        do {
            try await context.chat.deletePost(reply)
            context.logger.warning("Removed a second reply about the same review", metadata: .request(id, reply))
        } catch {
            guard !error.isLasting else {
                // Mattermost refuses the deletion for good, so the second reply stays. It does no harm, because what it says is
                // true.
                attempt.situation.threads[post]?.doubles.removeAll { $0 == reply }
                return
            }
            return failed(on: post, error, &attempt)
        }
        attempt.situation.threads[post]?.doubles.removeAll { $0 == reply }
    }

    func reply(_ reply: PostPlan.Reply, to post: PostReference, _ attempt: inout Attempt) async throws {
        guard let request = attempt.situation.request, let content = content(of: reply, request) else { return }
        let botID = try await context.recipients.botID()
        do {
            try await context.chat.reply(content, to: post, pendingPostID: "\(botID):\(post.postID)-\(content.name)")
            attempt.situation.threads[post]?.names.insert(content.name)
            attempt.memory.replied[post, default: []].insert(content.name)
            attempt.situation.replied.insert(content.name)
            log(reply, to: post)
            context.observe(.wrote(.replied, id, post))
            if reply.isReminder { context.observe(.reminded(.request, problem: nil)) }
        } catch {
            if reply.isReminder { context.observe(.reminded(.request, problem: error)) }
            failed(on: post, error, &attempt)
        }
    }

    private func log(_ reply: PostPlan.Reply, to post: PostReference) {
        switch reply {
        case .review: context.logger.info("Told a review", metadata: .request(id, post))
        case .reminder(let step):
            context.logger.info(
                "Reminded of a request that nobody has decided", metadata: .request(id, post, ["step": "\(step.name)"]))
        }
    }

    private func content(of reply: PostPlan.Reply, _ request: AccessRequest) -> ThreadReply? {
        switch reply {
        case .review(let index):
            guard request.reviews.indices.contains(index) else { return nil }
            return ThreadReply(request.reviews[index], index: index, of: id, zone: context.cards.messages.zone)
        case .reminder(let step):
            return ThreadReply.reminder(step, of: id, lapsesAt: request.expires, zone: context.cards.messages.zone)
        }
    }
}

extension PostPlan.Reply {
    fileprivate var isReminder: Bool { if case .reminder = self { true } else { false } }
}
