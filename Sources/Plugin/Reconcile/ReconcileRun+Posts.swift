import Access
import Logging

// Mattermost's side: the posts. What fails for one recipient is left to the next run, and the others go on.
extension ReconcileRun {
    /// How far the clocks of two machines may be apart when one's time is compared with the other's.
    static let clockSkew = Duration.seconds(600)
    /// How many posts of a channel are looked through for one that was made and not recorded.
    static let lookLimit = 4000

    func show(_ step: PostPlan.Step, on situation: inout Situation, _ memory: inout Memory) async throws {
        switch step {
        case .look: try await look(for: &situation, &memory)
        case .post(let channelID): await post(in: channelID, &situation, &memory)
        case .read(let posts):
            for post in posts { await read(post, &situation, &memory) }
        case .update(let post, let status): await update(post, to: status, &situation, &memory)
        case .remove(let post):
            await forPost(post, &situation, &memory) { () throws(MattermostError) in
                try await environment.chat.deletePost(post)
                environment.logger.warning("Removed a second post of the same request", metadata: .request(id, post))
                return .deleted
            }
        default: break
        }
    }

    private func look(for situation: inout Situation, _ memory: inout Memory) async throws {
        let botID = try await environment.recipients.botID()
        let begin = situation.request?.created ?? environment.now().advanced(by: .zero - Sweep.age)
        for channelID in situation.channels {
            do {
                let cards = try await environment.chat.recentCards(
                    in: channelID, by: botID, since: begin.advanced(by: .zero - Self.clockSkew), limit: Self.lookLimit)
                for card in cards.reversed() where card.requestID == id { situation.saw(card.reference, card.status) }
            } catch {
                situation.failedChannels.insert(channelID)
                memory.firstFailure = memory.firstFailure ?? error
            }
        }
        situation.hasLooked = true
    }

    private func post(in channelID: String, _ situation: inout Situation, _ memory: inout Memory) async {
        if situation.subject == nil, let request = situation.request {
            situation.subject = await environment.teleport.named(request)
        }
        let status = situation.request.map { PostPlan.status(of: $0, in: situation.record, now: environment.now()) } ?? .pending
        do {
            let post = try await environment.chat.createPost(
                card(status, in: channelID, situation), in: channelID,
                pendingPostID: "\(try await environment.recipients.botID()):\(id)-\(channelID)")
            environment.logger.info(
                "Posted the request", metadata: .request(id, post, ["user": "\(situation.request?.user ?? "")"]))
            situation.saw(post, status.name)
            memory.cards.append(PostedCard(reference: post, requestID: id, status: status.name))
        } catch {
            if error.code == .forbidden || error.code == .notFound { environment.recipients.forget(channelID: channelID) }
            situation.failedChannels.insert(channelID)
            memory.firstFailure = memory.firstFailure ?? error
        }
    }

    func read(_ post: PostReference, _ situation: inout Situation, _ memory: inout Memory) async {
        await forPost(post, &situation, &memory) { () throws(MattermostError) in
            guard let card = try await environment.chat.post(post) else {
                environment.logger.info("The post was deleted by a person and is not made again", metadata: .request(id, post))
                return .deleted
            }
            return .status(card.status)
        }
    }

    func update(
        _ post: PostReference, to status: Card.Status, _ situation: inout Situation, _ memory: inout Memory
    ) async {
        let card = card(status, in: post.channelID, situation)
        // Another replica may write at the same moment: after a conflict the posts are read, not remembered.
        memory.isSuspect = true
        await forPost(post, &situation, &memory) { () throws(MattermostError) in
            try await environment.chat.updatePost(post, to: card)
            environment.logger.info("Updated the post", metadata: .request(id, post, ["state": "\(status.name)"]))
            return .status(status.name)
        }
    }

    private func forPost(
        _ post: PostReference, _ situation: inout Situation, _ memory: inout Memory,
        _ body: () async throws(MattermostError) -> Situation.Shown
    ) async {
        do {
            situation.shown[post] = try await body()
        } catch {
            situation.failedPosts.insert(post)
            memory.firstFailure = memory.firstFailure ?? error
        }
    }

    private func card(_ status: Card.Status, in channelID: String, _ situation: Situation) -> Card {
        let subject =
            situation.subject ?? situation.request.map(situation.record.subject(of:)) ?? situation.record.subject(of: id)
            ?? Subject(requestID: id, user: "", roles: [], reason: "")
        let recipient = situation.recipients[channelID] ?? channelID
        let buttons = situation.request.flatMap {
            environment.buttons?.make(for: $0, channelID: channelID, recipient: recipient)
        }
        return environment.card(subject, status, buttons: buttons ?? [])
    }
}
