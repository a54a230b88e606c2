import Access
import Logging

// The part of a run that writes to Teleport: the plugin data of the request.
extension ReconcileRun {
    private typealias Key = PluginRecord.Key

    /// Takes the claim on posting by compare-and-swap. The write also expects the recorded posts, what they show, and the replies to be
    /// unchanged since they were read, because another replica may have posted, replied or shown a decision in the meantime.
    func claim(replacing previous: String, _ attempt: inout Attempt) async throws -> Progress {
        let record = attempt.situation.record
        let (begun, now) = (context.clocks.elapsed(), context.clocks.now())
        let claim = Claim(replica: context.replica, until: now.advanced(by: PostPlan.claimLifetime))
        let mayLackPosts = record.mayLackPosts
        if mayLackPosts { attempt.memory.lookSince = attempt.memory.lookSince ?? Self.lookSince(attempt.situation) }
        let since = mayLackPosts ? record[Key.claimSince] : "\(now.milliseconds)"
        var fields = [Key.claim: claim.description, Key.claimSince: since]
        // Once the request is gone, only the record tells what a post is about that nobody recorded, and where it may be.
        let channels = Set(record.claimChannels).union(attempt.suggested)
        fields[Key.claimChannels] = channels.sorted().joined(separator: ",")
        if let request = attempt.situation.request, record[Key.user].isEmpty {
            fields.merge(PluginRecord.subjectFields(attempt.situation.subject ?? Subject(request))) { $1 }
        }
        // The other replicas must post to the same recipients, even if a rule is changed meanwhile.
        if let byRules = attempt.byRules { fields[Key.ruleRecipients] = byRules.description }
        let unchanged = attempt.situation.isReported ? Key.ofHandled : Key.ofPosts
        let expected = Dictionary(uniqueKeysWithValues: unchanged.map { ($0, record[$0]) })
        let progress = try await write(fields, expecting: expected.merging([Key.claim: previous]) { $1 }, &attempt)
        guard case .continue = progress else { return progress }
        attempt.situation.isReported = false
        hold(claim, since: begun, &attempt)
        attempt.situation.isTakenOver = mayLackPosts
        return .continue
    }

    /// Extends the claim on posting. A conflict means that another replica took this one for dead and took its claim over.
    func renewClaim(_ attempt: inout Attempt) async throws -> Progress {
        guard let held = attempt.situation.ownClaim else { return .conflict }
        let begun = context.clocks.elapsed()
        let until = context.clocks.now().advanced(by: PostPlan.claimLifetime)
        let claim = Claim(replica: held.replica, until: max(until, held.until.advanced(by: .milliseconds(1))))
        let progress = try await write(
            [Key.claim: claim.description], expecting: [Key.claim: held.description], &attempt)
        guard case .continue = progress else { return progress }
        hold(claim, since: begun, &attempt)
        return .continue
    }

    /// Notes that the claim is held.
    /// - Parameter begun: the elapsed time before the claim was written. Afterwards this process may have been frozen for long.
    private func hold(_ claim: Claim, since begun: Duration, _ attempt: inout Attempt) {
        attempt.situation.ownClaim = claim
        attempt.claimedAt = begun
        attempt.memory.claim = claim.description
    }

    /// Records the posts. The claim is given back, unless a post whose fate is unknown may still appear.
    func record(_ posts: [PostReference], _ attempt: inout Attempt) async throws -> Progress {
        let situation = attempt.situation
        // `posts` includes the one post that version 0.2.0 of the original plugin recorded in the fields `channel_id` and
        // `post_id`, so these are cleared.
        var fields = [Key.messages: PluginRecord.messages(posts), Key.onlyChannel: "", Key.onlyPost: ""]
        if let request = situation.request {
            // The claim has written most of this down already.
            let subject = PluginRecord.subjectFields(situation.subject ?? situation.record.subject(of: request))
            fields.merge(subject.filter { situation.record[$0.key] != $0.value }) { $1 }
            // The rendering is recorded only if all posts were made just now. If some are older, the record still says how
            // those were made.
            if situation.record.posts.isEmpty, request.state == .pending, posts.allSatisfy(situation.refreshed.contains) {
                fields[Key.rendered] = situation.rendering.description
                fields[Key.progress] = request.reviewProgress
            }
        }
        let progress = try await writeGivingBack(fields, &attempt)
        if case .continue = progress { attempt.situation.confirm() }
        return progress
    }

    func settle(_ status: Card.Status, behind: Set<String>, _ attempt: inout Attempt) async throws -> Progress {
        let situation = attempt.situation
        var fields = [
            Key.resolution: status.name.uppercased(), Key.resolvedAt: "", Key.resolveReason: "",
            Key.behind: PluginRecord.behind(behind),
        ]
        let isFinal = status != .pending
        // A replica that has just refreshed the posts as those of a pending request may have overwritten the decision.
        let unchanged = isFinal ? [Key.resolution, Key.progress, Key.rendered, Key.refreshedAt] : [Key.resolution]
        var expected = Dictionary(uniqueKeysWithValues: unchanged.map { ($0, situation.record[$0]) })
        switch status {
        case .pending:
            fields[Key.resolution] = ""
            fields[Key.progress] = situation.request?.reviewProgress ?? ""
            fields[Key.rendered] = situation.rendering.description
            fields[Key.refreshedAt] = String(context.clocks.now().milliseconds)
        case .approved(let resolution?), .denied(let resolution?):
            fields[Key.resolvedAt] = String(resolution.at.milliseconds)
            fields[Key.resolveReason] = String(resolution.reason.prefix(1000))
        default: break
        }
        if situation.request == nil {
            // The request is gone and nobody posts any more, so the claim is removed. A channel that cannot be looked through may
            // still hold a post that nobody recorded.
            fields[Key.messages] = PluginRecord.messages(situation.posts)
            fields[Key.claim] = ""
            fields.merge(leftBehind(situation)) { $1 }
            expected[Key.claim] = situation.record[Key.claim]
        }
        let progress = try await write(fields, expecting: expected, &attempt)
        if case .continue = progress { attempt.situation.confirm() }
        // What this run has just written may have overwritten what another replica recorded, and a read may lag behind it.
        if case .conflict = progress { attempt.doubtContents(since: context.clocks.elapsed()) }
        return progress
    }

    func recordThreads(
        _ told: [PostPlan.ToldReviews], reminded: [ReminderStep], _ attempt: inout Attempt
    ) async throws -> Progress {
        var fields = [Key.replies: PluginRecord.replies(told.filter { $0.count > 0 }.map { ($0.post, $0.count) })]
        fields.merge(attempt.situation.record.fields(reminding: reminded)) { $1 }
        let progress = try await writeGivingBack(fields, &attempt)
        if case .conflict = progress { attempt.memory.hasDoubtfulReplies = true }
        guard case .continue = progress else { return progress }
        attempt.memory.hasDoubtfulReplies = false
        attempt.situation.hasDoubtfulReplies = false
        return .continue
    }

    func releaseDecision(_ decision: String, _ attempt: inout Attempt) async throws -> Progress {
        context.logger.warning(
            "A decision was claimed but never made; the request can be decided again", metadata: .request(id))
        return try await write([Key.decision: ""], expecting: [Key.decision: decision], &attempt)
    }

    /// Returns the fields that tell of posts which may exist and be recorded by nobody, when the claim on posting is given back.
    private func leftBehind(_ situation: Situation) -> [String: String] {
        let keys = [Key.claimSince, Key.claimChannels]
        return Dictionary(uniqueKeysWithValues: keys.map { ($0, situation.hasUnseenChannels ? situation.record[$0] : "") })
    }

    /// Writes under the claim and gives it back, unless another replica may not have it yet. If a channel could not be looked
    /// through after a take-over, the time since when posts may be missing is left in the record.
    private func writeGivingBack(_ fields: [String: String], _ attempt: inout Attempt) async throws -> Progress {
        let isSure = PostPlan.mayGiveBackClaim(attempt.situation, writing: fields, now: attempt.latest)
        var fields = fields
        if isSure { fields.merge(leftBehind(attempt.situation).merging([Key.claim: ""]) { $1 }) { $1 } }
        let expected = [Key.claim: attempt.situation.ownClaim?.description ?? ""]
        let progress = try await write(fields, expecting: expected, &attempt)
        if isSure, case .continue = progress {
            attempt.situation.ownClaim = nil
            (attempt.memory.claim, attempt.memory.looks, attempt.memory.lookSince) = ("", [:], nil)
            attempt.situation.isTakenOver = false
        }
        return progress
    }

    private func write(
        _ fields: [String: String], expecting: [String: String], _ attempt: inout Attempt
    ) async throws -> Progress {
        // An empty value removes a key, so it is left out if the record has no such key.
        let record = attempt.situation.record
        let changes = fields.filter { !$0.value.isEmpty || record.fields[$0.key] != nil }
        do {
            try await context.teleport.updatePluginData(of: id, setting: changes, expecting: expecting)
        } catch {
            guard error.code == .conflict || error.code == .notFound else { throw error }
            return .conflict
        }
        attempt.situation.record = record.setting(fields)
        return .continue
    }
}
