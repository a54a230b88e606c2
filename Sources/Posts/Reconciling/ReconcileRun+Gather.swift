import Access

// The first part of a run: reading everything that the plan depends on.
extension ReconcileRun {
    func gather(_ memory: inout RunMemory, _ sight: Sight?) async throws -> Situation {
        var situation: Situation
        if let request = told(&memory, sight) {
            situation = self.situation(request, PluginRecord([:]))
            situation.isReported = true
        } else {
            situation = try await read()
        }
        let record = situation.record
        let now = context.clocks.elapsed()
        situation.reminders = context.options.reminders
        situation.claimAge = claims.age(of: record[PluginRecord.Key.claim], for: id, .posting)
        situation.decisionAge = claims.age(of: record[PluginRecord.Key.decision], for: id, .deciding)
        recall(&memory, &situation, now: now)
        // The time is measured here and not from the request's creation, so that Teleport's clock need not agree.
        let firstRun = memory.firstRun ?? now
        memory.firstRun = firstRun
        situation.postingDelay = max(context.options.postingDelay - (now - firstRun), .zero)
        return situation
    }

    /// Returns the request as the watch has reported it, or a sweep has listed it and the watch has told nothing since. Nil unless this
    /// is the first run and nothing shows that the request has a record.
    private func told(_ memory: inout RunMemory, _ sight: Sight?) -> AccessRequest? {
        let listed = memory.listed.take()
        guard memory.firstRun == nil, memory.cards.isEmpty else { return nil }
        guard let sight else { return listed?.ifFresh(at: context.clocks.elapsed()) }
        return sight.fact == .exists ? context.teleport.reported(id) : nil
    }

    private func read() async throws -> Situation {
        // The record is read first. A request that is older than its record could be taken for undecided although another
        // replica has recorded its end. One that is newer does no harm: each write to the record expects it to be unchanged.
        var record = PluginRecord(try await context.teleport.pluginData(of: id))
        let begun = context.clocks.elapsed()
        let asked = try await context.teleport.request(id)
        if asked == nil {
            context.evidence.missed(id, at: begun)
        } else {
            context.evidence.saw(id, since: begun, at: context.clocks.elapsed())
        }
        // A click claims its decision in the record before it makes it, but perhaps only after the record was read.
        if let asked, record.perhapsLacksDecider(of: asked) {
            record = PluginRecord(try await context.teleport.pluginData(of: id))
        }
        return situation(asked, record)
    }

    /// Returns whether the request and its record are still as they were read. They are read again if that was long ago, because calls
    /// were slow or the process was frozen: what is written to a post next could overwrite what another replica has shown since.
    func isCurrent(_ attempt: inout Attempt) async throws -> Bool {
        let begun = context.clocks.elapsed()
        guard begun - attempt.readAt > PostPlan.claimUse else { return true }
        let (now, known) = (try await read(), attempt.situation)
        attempt.readAt = begun
        return now.request?.state == known.request?.state && now.record.fields == known.record.fields
    }

    private func situation(_ request: AccessRequest?, _ record: PluginRecord) -> Situation {
        Situation(
            id: id, replica: context.replica, cluster: context.cards.cluster ?? "", request: request, record: record,
            targets: [], rendering: context.rendering)
    }

    /// Restores what earlier runs and sweeps found. What they read from channels is used only as long as no other replica has
    /// held the claim.
    private func recall(_ memory: inout RunMemory, _ situation: inout Situation, now: Duration) {
        if situation.record[PluginRecord.Key.claim] != memory.claim {
            (memory.looks, memory.lookSince, memory.claim) = ([:], nil, "")
        }
        situation.lookedThrough = Set(memory.looks.filter(\.value.isDone).keys)
        situation.isSuspect = memory.isSuspect
        situation.hasDoubtfulReplies = memory.hasDoubtfulReplies
        situation.overwriting = memory.unconfirmed
        situation.replied = Set(memory.replied.values.joined())
        if let doubtAt = memory.doubtAt { situation.unrest = max(PostPlan.settling - (now - doubtAt), .zero) }
        for card in memory.cards { situation.saw(card) }
        // Another replica may have written the decision since, and nothing but the post tells it any more.
        guard situation.request == nil else { return }
        if situation.hasOpenPost { situation.isSuspect = true }
        situation.forgetStatuses()
    }

    /// Doubts what the posts show if the decision overruled an earlier one. A write of another replica may still be under way
    /// that shows the earlier one, and that replica may have died, so that nobody else would find the post wrong.
    func doubtOverruled(_ attempt: inout Attempt) {
        guard let request = attempt.situation.request else { return }
        let now = context.clocks.elapsed()
        let recorded = Card.Status(final: attempt.situation.record.shownStatus)?.name
        let isOverruled = request.state != .pending && recorded.map { $0 != request.state.name } ?? false
        let sight = attempt.sight.flatMap { $0.isOverruling ? $0.at : nil }
        guard let since = isOverruled ? now : sight else { return }
        attempt.doubtContents(since: since)
        attempt.situation.isSuspect = true
        attempt.situation.unrest = max(PostPlan.settling - (now - (attempt.memory.doubtAt ?? since)), .zero)
    }

    /// Looks once more later at what the posts show if they were written as those of a pending request a moment before a decision. That
    /// write may have overwritten the answer to the click, and a read may lag behind it.
    func doubtRefreshed(_ attempt: inout Attempt) {
        let situation = attempt.situation
        guard situation.record.shownStatus == Card.Status.pending.name, situation.request?.state != .pending else { return }
        guard let refreshed = situation.record.refreshedAt else { return }
        let age = attempt.latest.since(refreshed), doubt = PostPlan.settling + Self.clockError
        guard (.zero - doubt..<doubt).contains(age) else { return }
        (attempt.memory.isSuspect, attempt.situation.isSuspect) = (true, true)
        attempt.forgetContents()
        attempt.recheck = PostPlan.settling
    }

    /// The largest difference between the clocks of two replicas, each of which follows the dates of Mattermost's answers.
    private static let clockError = Duration.seconds(2)

    /// Finds the recipients' channels, and the other channels where a post may have been left unrecorded.
    func findTargets(_ attempt: inout Attempt) async throws {
        let hasClaim = attempt.situation.record.mayLackPosts
        guard let request = attempt.situation.request else {
            // The requester is told of a decision once the request can be read again, if it is only hidden.
            attempt.situation.lacksNoticeChannel = isNoticeDue(attempt.situation.record)
            guard hasClaim else { return }
            // The request is gone, so these channels are only searched for a post that nobody recorded.
            let found = await context.recipients.configured(attempt.situation.record)
            attempt.situation.targets = found.places.map { Self.target($0, isWanted: false) }
            let others = Set(attempt.situation.record.claimChannels).subtracting(found.places.map(\.channelID))
            attempt.situation.targets += others.sorted().map { .init(channelID: $0, recipient: $0, isWanted: false) }
            attempt.miss(found.failures)
            return
        }
        let isPending = request.state == .pending
        if isPending || hasClaim {
            let found = try await context.recipients.wanted(
                for: request, attempt.situation.record, at: context.clocks.now())
            (attempt.byRules, attempt.suggested) = (found.byRules, found.places.filter(\.isSuggested).map(\.channelID))
            attempt.undecided = found.undecided.map(Undecided.init)
            if isPending, found.places.isEmpty, found.failures.isEmpty, found.undecided == nil { context.recipients.skip(id) }
            attempt.situation.targets = found.places.map { Self.target($0, isWanted: isPending) }
            attempt.miss(found.failures)
        }
        await addNotice(of: request, &attempt)
    }

    private static func target(_ place: RecipientPlace, isWanted: Bool) -> Situation.Target {
        Situation.Target(channelID: place.channelID, recipient: "\(place.recipient)", isWanted: isWanted)
    }

    /// Adds the requester's direct-message channel as a target once the request is decided, if the requester has an account. A
    /// channel that cannot be found at present holds up no post: the record then says that the notice is behind.
    private func addNotice(of request: AccessRequest, _ attempt: inout Attempt) async {
        guard isNoticeDue(attempt.situation.record) else { return }
        switch request.state {
        case .approved, .denied, .promoted: break
        case .pending, .unknown: return
        }
        do {
            guard let channelID = try await context.channelID(of: request.user, metadata: .request(id)) else { return }
            attempt.situation.targets.append(Situation.Target(channelID: channelID, recipient: channelID, isNotice: true))
        } catch {
            attempt.note(error as? any OperatorError ?? Notice("\(error)"))
            attempt.situation.lacksNoticeChannel = (error as? MattermostError)?.isLasting != true
        }
    }

    /// Returns whether the requester has to be told of a decision. It is news only until the posts have been brought up to date.
    /// Without this rule a setting that was just switched on would send notices of old decisions.
    private func isNoticeDue(_ record: PluginRecord) -> Bool {
        let isNews = record.shownStatus == Card.Status.pending.name || record.behind.contains(PluginRecord.noticeIsBehind)
        return context.options.notifiesRequester && isNews && (!record.posts.isEmpty || record.mayLackPosts)
    }
}

extension ReconcileRun.Attempt {
    /// Doubts what the posts show, because what an earlier run saw or wrote may have been overwritten at this time.
    mutating func doubtContents(since time: Duration) {
        memory.doubtAt = max(memory.doubtAt ?? time, time)
        memory.isSuspect = true
        forgetContents()
    }

    /// Forgets what the recorded posts showed, so that they are read anew.
    mutating func forgetContents() {
        for post in situation.record.posts { memory.forget(post) }
        situation.forgetStatuses()
    }

    /// The memory for the next run.
    var left: RunMemory {
        var left = memory
        left.unconfirmed = situation.overwriting.merging(situation.unconfirmed) { $1 }
        return left
    }

    /// Notes the errors of recipients whose channels could not be found.
    mutating func miss(_ failures: [MattermostError]) {
        situation.lacksTargets = !failures.isEmpty
        for failure in failures { note(failure) }
    }

    /// Keeps the first failure of each kind: one that may pass, and one that a person has to mend.
    mutating func note(_ error: any OperatorError) {
        if let error = error as? MattermostError, error.isLasting {
            refusal = refusal ?? error
        } else {
            failure = failure ?? error
        }
    }
}

extension MattermostError {
    /// Whether the server certainly did not do what was asked, and will not do it until a person mends something about this
    /// channel or post.
    package var isLasting: Bool {
        switch code {
        case .unauthorized, .rateLimited, .unreachable, .malformed, .cancelled: false
        case .forbidden, .notFound, .status: isDefinite
        }
    }
}
