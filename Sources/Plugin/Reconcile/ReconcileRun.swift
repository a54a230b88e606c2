import Access
import Logging

/// One run over one request: reads, plans, does, until there is nothing left to do. The only code that writes posts.
struct ReconcileRun: Sendable {
    let environment: Environment
    let claims: ClaimAges
    let id: RequestID
    /// Cards that a sweep found open though their request is not listed.
    let found: [PostedCard]?

    private enum Progress {
        case `continue`
        /// Somebody else wrote meanwhile: read everything again.
        case conflict
        case end(WorkQueue.Outcome)
    }

    private static let stepLimit = 200
    private static let conflictLimit = 5
    /// A post may be begun for this long after its claim: with the call's own limit of 10 s it ends within the claim's life.
    private static let claimUse = Duration.seconds(4)

    func callAsFunction() async throws -> WorkQueue.Outcome {
        for _ in 0..<Self.conflictLimit {
            if let outcome = try await attempt() { return outcome }
        }
        return .failed(atLeast: .zero)
    }

    /// Nil after a conflict.
    private func attempt() async throws -> WorkQueue.Outcome? {
        var situation = try await gather()
        var claimedAt = Duration.zero
        for _ in 0..<Self.stepLimit {
            let step = PostPlan.next(for: situation, now: environment.now())
            if case .claim = step { claimedAt = environment.elapsed() }
            if case .post = step, environment.elapsed() - claimedAt > Self.claimUse { return nil }
            switch try await perform(step, on: &situation) {
            case .continue: continue
            case .conflict: return nil
            case .end(let outcome): return outcome
            }
        }
        return .failed(atLeast: .zero)
    }

    private func gather() async throws -> Situation {
        async let request = environment.teleport.request(id)
        async let data = environment.teleport.pluginData(of: id)
        async let channels = environment.recipients.channels()
        var situation = Situation(
            id: id, replica: environment.replica, request: try await request, record: PluginRecord(try await data),
            channels: try await channels, found: found)
        if situation.request != nil { environment.evidence.sawRequests() }
        situation.claimAge = claims.age(of: situation.record[PluginRecord.Key.claim], for: id, .posting)
        situation.decisionAge = claims.age(of: situation.record[PluginRecord.Key.decision], for: id, .deciding)
        return situation
    }

    private func perform(_ step: PostPlan.Step, on situation: inout Situation) async throws -> Progress {
        switch step {
        case .done:
            claims.forget(id)
            environment.evidence.forget(id)
            return .end(.settled)
        case .wait(let duration): return .end(.later(duration))
        case .proveGone:
            situation.isProvenGone = try await environment.evidence.proves(id, with: environment.teleport)
        case .claim(let previous): return try await claim(replacing: previous, in: &situation)
        case .look: situation.found = try await look()
        case .post(let channelID): situation.made.append(try await post(in: channelID, situation))
        case .record(let posts): return try await record(posts, in: &situation)
        case .read(let posts): for post in posts { situation.shown[post] = try await read(post) }
        case .update(let post, let status):
            try await update(post, to: status, situation)
            situation.shown[post] = .status(status.name)
        case .settle(let status): return try await settle(status, in: &situation)
        case .releaseDecision(let decision):
            environment.logger.warning(
                "A decision was claimed but never made; the request can be decided again", metadata: .request(id))
            return try await write(
                [PluginRecord.Key.decision: ""], expecting: [PluginRecord.Key.decision: decision.description], in: &situation)
        }
        return .continue
    }
}

// MARK: - Teleport's side

extension ReconcileRun {
    private func claim(replacing previous: String, in situation: inout Situation) async throws -> Progress {
        let claim = Claim(replica: environment.replica, until: environment.now().advanced(by: PostPlan.claimLifetime))
        let progress = try await write(
            [PluginRecord.Key.claim: claim.description], expecting: [PluginRecord.Key.claim: previous], in: &situation)
        guard case .continue = progress else { return progress }
        situation.ownClaim = claim
        situation.isTakenOver = !previous.isEmpty
        return .continue
    }

    private func record(_ posts: [PostReference], in situation: inout Situation) async throws -> Progress {
        var fields = [PluginRecord.Key.messages: PluginRecord.messages(posts), PluginRecord.Key.claim: ""]
        if let request = situation.request {
            fields.merge(PluginRecord.subjectFields(Subject(request))) { _, new in new }
        }
        let progress = try await write(
            fields, expecting: [PluginRecord.Key.claim: situation.ownClaim?.description ?? ""], in: &situation)
        situation.ownClaim = nil
        return progress
    }

    private func settle(_ status: Card.Status, in situation: inout Situation) async throws -> Progress {
        var fields = [PluginRecord.Key.resolution: status.name.uppercased(), PluginRecord.Key.resolvedAt: ""]
        switch status {
        case .pending: fields[PluginRecord.Key.resolution] = ""
        case .approved(let resolution?), .denied(let resolution?):
            fields[PluginRecord.Key.resolvedAt] = String(resolution.at.milliseconds)
        default: break
        }
        let old = situation.record[PluginRecord.Key.resolution]
        return try await write(fields, expecting: [PluginRecord.Key.resolution: old], in: &situation)
    }

    private func write(
        _ fields: [String: String], expecting: [String: String], in situation: inout Situation
    ) async throws -> Progress {
        do {
            try await environment.teleport.updatePluginData(of: id, setting: fields, expecting: expecting)
        } catch {
            guard error.code == .conflict || error.code == .notFound else { throw error }
            return .conflict
        }
        situation.record = PluginRecord(situation.record.fields.merging(fields) { _, new in new }.filter { !$0.value.isEmpty })
        return .continue
    }
}

// MARK: - Mattermost's side

extension ReconcileRun {
    private func look() async throws -> [PostedCard] {
        var cards: [PostedCard] = []
        for channelID in try await environment.recipients.channels() {
            let recent = try await environment.chat.recentCards(
                in: channelID, by: try await environment.recipients.botID(), limit: Environment.lookBack)
            cards += recent.filter { $0.requestID == id }
        }
        return cards
    }

    private func post(in channelID: String, _ situation: Situation) async throws -> PostReference {
        let post = try await environment.chat.createPost(
            try await card(.pending, in: channelID, situation), in: channelID,
            pendingPostID: "\(try await environment.recipients.botID()):\(id)-\(channelID)")
        environment.logger.info("Posted the request", metadata: .request(id, post, ["user": "\(situation.request?.user ?? "")"]))
        return post
    }

    private func read(_ post: PostReference) async throws -> Situation.Shown {
        guard let card = try await environment.chat.post(post) else {
            environment.logger.info("The post was deleted by a person and is not made again", metadata: .request(id, post))
            return .deleted
        }
        return .status(card.status)
    }

    private func update(_ post: PostReference, to status: Card.Status, _ situation: Situation) async throws {
        try await environment.chat.updatePost(post, to: try await card(status, in: post.channelID, situation))
        environment.logger.info("Updated the post", metadata: .request(id, post, ["state": "\(status.name)"]))
    }

    private func card(_ status: Card.Status, in channelID: String, _ situation: Situation) async throws -> Card {
        let subject =
            situation.request.map(Subject.init) ?? situation.record.subject(of: id)
            ?? Subject(requestID: id, user: "", roles: [], reason: "")
        let buttons = situation.request.map { environment.buttons.make(for: $0, channelID: channelID) } ?? []
        return Card(subject, status: status, buttons: buttons)
    }
}
