import Access
import Logging

// The part of a run that writes to Mattermost. A failure for one recipient is left to the next run, and the others go on.
extension ReconcileRun {
    func post(to targets: [Situation.Target], _ attempt: inout Attempt) async throws {
        let botID = try await context.recipients.botID()
        if attempt.situation.subject == nil, let request = attempt.situation.request {
            attempt.situation.subject = await context.teleport.named(request)
        }
        let status = status(in: attempt.situation)
        let cards = targets.map { ($0, card(status, for: $0, attempt.situation)) }
        let made = await atOnce(cards) { target, card throws(MattermostError) in
            try await context.chat.createPost(
                card, in: target.channelID, pendingPostID: "\(botID):\(id)-\(target.channelID)")
        }
        for ((target, _), result) in made {
            switch result {
            case .success(let post):
                context.logger.info(
                    "Posted the request",
                    metadata: .request(id, post, ["user": "\(attempt.situation.request?.user ?? "")"]))
                context.observe(.posted(id, post, after: dueSince.map { context.clocks.elapsed() - $0 }))
                attempt.situation.wrote(post, status.name)
                attempt.memory.add(
                    PostedCard(
                        reference: post, requestID: id, status: status.name, cluster: attempt.situation.cluster))
            case .failure(let error): failed(to: target.channelID, error, &attempt)
            }
        }
    }

    private func failed(to channelID: String, _ error: MattermostError, _ attempt: inout Attempt) {
        if error.isLasting { context.recipients.forget(channelID: channelID) }
        attempt.note(error)
        if error.isLasting {
            attempt.situation.refusedChannels.insert(channelID)
        } else {
            attempt.situation.doubtfulChannels.insert(channelID)
            // The post may have been made after the channel was looked through, so it has to be looked through again.
            attempt.memory.looks[channelID] = nil
            attempt.situation.lookedThrough.remove(channelID)
            noteDoubt(error, &attempt)
        }
    }

    /// Notes that a failed write may have happened, or may still happen. The post is then looked for, but not at once.
    func noteDoubt(_ error: MattermostError, _ attempt: inout Attempt) {
        attempt.memory.isSuspect = true
        if !error.isDefinite { attempt.memory.doubtAt = context.clocks.elapsed() }
    }

    func read(_ posts: [PostReference], _ attempt: inout Attempt) async {
        let begun = context.clocks.elapsed()
        let read = await atOnce(posts) { post throws(MattermostError) in try await context.chat.post(post) }
        for (post, result) in read {
            switch result {
            case .success(let card?):
                attempt.memory.missing[post] = nil
                let isOwn = card.cluster == nil || card.cluster == attempt.situation.cluster
                if !isOwn { context.cards.neighbours.saw() }
                attempt.situation.shown[post] = isOwn ? .status(card.status, hasButtons: card.hasButtons) : .foreign
            case .success(nil): missed(post, at: begun, &attempt)
            case .failure(let error) where error.isLasting:
                attempt.situation.shown[post] = .unreadable
                attempt.situation.blockedPosts.insert(post)
                attempt.note(error)
            case .failure(let error):
                attempt.situation.failedPosts.insert(post)
                attempt.note(error)
            }
        }
    }

    /// Handles a post that Mattermost did not find. A server's nodes may read from a copy of the database that lags a moment
    /// behind, so a post counts as deleted only if it is still missing after ``PostPlan/settling``.
    /// - Parameter begun: the elapsed time at which the read began.
    private func missed(_ post: PostReference, at begun: Duration, _ attempt: inout Attempt) {
        let since = attempt.memory.missing[post] ?? begun
        attempt.memory.missing[post] = since
        guard begun - since >= PostPlan.settling else {
            attempt.situation.failedPosts.insert(post)
            attempt.recheck = PostPlan.settling - (begun - since)
            return
        }
        context.logger.info("The post was deleted by a person and is not made again", metadata: .request(id, post))
        attempt.situation.shown[post] = .deleted
    }

    func update(_ posts: [PostReference], to status: Card.Status, _ attempt: inout Attempt) async {
        // Another replica may write at the same moment. After a conflict the posts must therefore be read and not taken from
        // memory.
        attempt.memory.isSuspect = true
        let cards = posts.map { post in
            let target = attempt.situation.targets.first { $0.channelID == post.channelID }
            return (
                post,
                card(status, for: target ?? .init(channelID: post.channelID, recipient: post.channelID), attempt.situation)
            )
        }
        let updated = await atOnce(cards) { post, card throws(MattermostError) in
            try await context.chat.updatePost(post, to: card)
        }
        for ((post, _), result) in updated {
            switch result {
            case .success:
                context.logger.info("Updated the post", metadata: .request(id, post, ["state": "\(status.name)"]))
                context.observe(.wrote(.updated, id, post))
                attempt.situation.wrote(post, status.name)
                // If the record cannot be written, the next attempt must not believe a read that lags behind this write.
                attempt.memory.add(
                    PostedCard(reference: post, requestID: id, status: status.name, cluster: attempt.situation.cluster))
            case .failure(let error):
                // The post may have been deleted, which only a read can tell. A post that is not recorded is kept in mind,
                // because nothing else knows of it.
                if attempt.situation.record.posts.contains(post) { attempt.memory.forget(post) }
                failed(on: post, error, &attempt)
            }
        }
    }

    func remove(_ post: PostReference, _ attempt: inout Attempt) async {
        do {
            try await context.chat.deletePost(post)
            context.logger.warning("Removed a second post of the same request", metadata: .request(id, post))
            context.observe(.wrote(.removed, id, post))
            attempt.situation.shown[post] = .deleted
        } catch {
            failed(on: post, error, &attempt)
        }
    }

    func failed(on post: PostReference, _ error: MattermostError, _ attempt: inout Attempt) {
        if error.isLasting {
            attempt.situation.blockedPosts.insert(post)
        } else {
            attempt.situation.failedPosts.insert(post)
            noteDoubt(error, &attempt)
        }
        attempt.note(error)
    }

    private func status(in situation: Situation) -> Card.Status {
        situation.request.map { PostPlan.status(of: $0, in: situation.record, now: context.clocks.now()) } ?? .pending
    }

    private func card(_ status: Card.Status, for target: Situation.Target, _ situation: Situation) -> Card {
        var subject =
            situation.subject ?? situation.request.map(situation.record.subject(of:)) ?? situation.record.subject(of: id)
            ?? Subject(requestID: id, user: "", roles: [], reason: "")
        if let request = situation.request, context.buttons != nil {
            let rules = context.recipients.rules.narrowed(to: request, situation.record)
            subject.approvers = WhoDecides.approvers(of: request, context.policy, rules) ?? ""
        }
        let buttons = situation.request.flatMap {
            context.buttons?.make(for: $0, channelID: target.channelID, recipient: target.recipient)
        }
        return context.cards.card(subject, status, buttons: buttons ?? [])
    }
}
