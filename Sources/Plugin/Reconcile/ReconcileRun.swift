import Access
import Logging

/// What is known of a request from elsewhere than its own record.
struct Hint: Sendable {
    /// Cards that a sweep found in the channels.
    var cards: [PostedCard] = []
    /// A write failed without telling whether it happened.
    var isSuspect = false
}

/// One run over one request: reads, plans, does, until there is nothing left to do. The only code that writes posts.
struct ReconcileRun: Sendable {
    let environment: Environment
    let claims: ClaimAges
    let id: RequestID
    let hint: Hint

    enum Progress {
        case `continue`
        /// Somebody else wrote meanwhile: read everything again.
        case conflict
        case end(WorkQueue.Outcome)
    }

    /// Over attempts: what this run wrote, and what went wrong with one recipient while the others went on.
    struct Memory {
        var cards: [PostedCard]
        var isSuspect: Bool
        var firstFailure: MattermostError?
        /// Another replica took the claim over while this one replied.
        var hasDoubtfulReplies = false
    }

    private static let stepLimit = 200
    private static let conflictLimit = 5
    /// A post may be begun for this long after its claim: with the call's own limit of 10 s it ends within the claim's life.
    static let claimUse = Duration.seconds(4)

    func callAsFunction() async throws -> WorkQueue.Outcome {
        var memory = Memory(cards: hint.cards, isSuspect: hint.isSuspect)
        for _ in 0..<Self.conflictLimit {
            if let outcome = try await attempt(&memory) { return outcome }
        }
        return .failed(atLeast: .zero)
    }

    /// Nil after a conflict.
    private func attempt(_ memory: inout Memory) async throws -> WorkQueue.Outcome? {
        var situation = try await gather(&memory)
        var claimedAt = Duration.zero
        for _ in 0..<Self.stepLimit {
            let step = PostPlan.next(for: situation, now: environment.now())
            if case .claim = step { claimedAt = environment.elapsed() }
            if case .post = step, environment.elapsed() - claimedAt > Self.claimUse { return nil }
            switch try await perform(step, on: &situation, &memory) {
            case .continue: continue
            case .conflict: return nil
            case .end(let outcome): return outcome
            }
        }
        return .failed(atLeast: .zero)
    }

    private func gather(_ memory: inout Memory) async throws -> Situation {
        async let request = environment.teleport.request(id)
        async let data = environment.teleport.pluginData(of: id)
        let (asked, record) = (try await request, PluginRecord(try await data))
        let found = await recipients(of: asked, record)
        var situation = Situation(
            id: id, replica: environment.replica, request: asked, record: record, channels: found.places.map(\.channelID))
        situation.recipients = Dictionary(found.places.map { ($0.channelID, "\($0.recipient)") }) { first, _ in first }
        // Once the posts were brought up to date it is no news any more, such as when the setting is new.
        if let asked, environment.notifiesRequester, !record.posts.isEmpty,
            record.shownStatus == Card.Status.pending.name
        {
            situation.noticeChannels = await notice(of: asked, &memory)
        }
        if asked?.state == .pending { memory.firstFailure = memory.firstFailure ?? found.failures.first }
        if asked != nil { environment.evidence.sawRequests() }
        situation.claimAge = claims.age(of: situation.record[PluginRecord.Key.claim], for: id, .posting)
        situation.decisionAge = claims.age(of: situation.record[PluginRecord.Key.decision], for: id, .deciding)
        situation.isSuspect = memory.isSuspect
        for card in memory.cards { situation.saw(card.reference, card.status) }
        return situation
    }

    private func recipients(of request: AccessRequest?, _ record: PluginRecord) async -> Recipients.Found {
        guard let request else {
            // Only to look for a post that nobody recorded.
            return record[PluginRecord.Key.claim].isEmpty ? Recipients.Found() : await environment.recipients.configured()
        }
        let found = await environment.recipients.places(for: request)
        if request.state == .pending, found.places.isEmpty, found.failures.isEmpty { environment.recipients.skip(id) }
        return found
    }

    /// The requester's direct channel once the request is decided, where they have an account.
    private func notice(of request: AccessRequest, _ memory: inout Memory) async -> [String] {
        switch request.state {
        case .approved, .denied, .promoted: break
        case .pending, .unknown: return []
        }
        do {
            return try await environment.recipients.channelID(ofRequester: request.user, environment.policy).map { [$0] } ?? []
        } catch {
            memory.firstFailure = memory.firstFailure ?? error
            return []
        }
    }

    private func perform(
        _ step: PostPlan.Step, on situation: inout Situation, _ memory: inout Memory
    ) async throws -> Progress {
        switch step {
        case .done:
            let told = try await tellReviews(&situation, &memory)
            guard case .continue = told, memory.firstFailure == nil else { return try end(told, memory) }
            return try end(try await remind(&situation, &memory), memory)
        case .wait(let duration): return .end(.later(duration))
        case .proveGone: situation.isProvenGone = try await environment.evidence.proves(id, with: environment.teleport)
        case .claim(let previous): return try await claim(replacing: previous, in: &situation)
        case .record(let posts): return try await record(posts, in: &situation)
        case .settle(let status): return try await settle(status, in: &situation)
        case .releaseDecision(let decision):
            environment.logger.warning(
                "A decision was claimed but never made; the request can be decided again", metadata: .request(id))
            return try await write(
                [PluginRecord.Key.decision: ""], expecting: [PluginRecord.Key.decision: decision.description], in: &situation)
        case .look, .post, .read, .update, .remove: try await show(step, on: &situation, &memory)
        }
        return .continue
    }

    /// What was done last, and the end if nothing speaks against it.
    private func end(_ last: Progress, _ memory: Memory) throws -> Progress {
        if case .continue = last { return .end(try finish(memory)) }
        return last
    }

    /// Nothing of the request is kept, unless a recipient failed.
    private func finish(_ memory: Memory) throws -> WorkQueue.Outcome {
        if let failure = memory.firstFailure { throw failure }
        claims.forget(id)
        environment.evidence.forget(id)
        return .settled
    }
}
