package import Access
import Logging

/// Decides a request on a person's click: who is it, is it still pending, claim, decide.
///
/// Teleport itself lets a later decision overwrite an earlier one, so two clicks are serialised by a claim in the plugin
/// data, made by compare-and-swap. Every lookup that fails refuses.
package struct Approvals: Sendable {
    let context: ClicksContext
    /// Called when something about the request is left to be put right.
    let lookAgain: @Sendable (RequestID) -> Void

    /// A decision is made within this time of the first look at its request, or not at all: a process that was frozen meanwhile
    /// may have been given up, and the request decided by somebody else. With the call's own limit of 10 s it ends within the
    /// claim's life.
    private static let claimUse = Duration.seconds(4)

    /// The clock of the pauses in which something is waited for.
    let clock: any Clock<Duration>

    struct Facts {
        var clicker: ChatUser
        /// Whether the person is a member of the post's channel; nil if Mattermost did not tell.
        var isMember: Bool?
        var request: AccessRequest?
        var record: PluginRecord
    }

    package init(
        context: ClicksContext, clock: any Clock<Duration> = .continuous,
        lookAgain: @escaping @Sendable (RequestID) -> Void
    ) {
        self.context = context
        self.clock = clock
        self.lookAgain = lookAgain
    }

    /// - Parameter triggerID: of a click that may open a dialog.
    package func answer(_ click: Click, _ progress: ClickProgress, triggerID: Secret<String>? = nil) async -> ClickAnswer {
        var known: Facts?
        do {
            let begun = context.clocks.elapsed()
            guard context.hasButtons else { throw Refusal(.noButtons, ClickWords.noButtons) }
            let looked = try await lookUp(click)
            known = looked
            let facts = try await bound(click, looked)
            try person(facts)
            let asked = try pending(click, facts)
            let isWithdrawal = try await authorise(click, asked, facts)
            try checkUncounted(asked, facts)
            if click.reason == nil, context.dialogs.opens(click.decision) {
                guard let triggerID else { throw Refusal(.lookupFailed, ClickWords.noDialog) }
                return try await ask(click, asked, triggerID: triggerID)
            }
            let held = try await claim(click, facts, progress)
            let request = try await stillPending(click, facts, held)
            guard context.clocks.elapsed() - begun < Self.claimUse else { throw await tooLate(click, held) }
            let answer = try await decide(click, request, held, facts, isWithdrawal: isWithdrawal)
            let outcome = Self.outcome(of: click, answer, isWithdrawal: isWithdrawal)
            audit(AuditEntry(outcome, click, words: answer.text), known)
            return inOwnWords(answer, Messages.Answer(rawValue: outcome.rawValue), facts)
        } catch {
            let refusal = error as? Refusal ?? Refusal(.lookupFailed, ClickWords.unreachable)
            let outcome: AuditEntry.Outcome = refusal.why == .unconfirmed ? .unconfirmed : .refused
            audit(AuditEntry(outcome, click, why: refusal.why.rawValue, words: refusal.answer.text), known)
            return inOwnWords(refusal.answer, Messages.Answer(refusal.why), known)
        }
    }

    private func inOwnWords(_ answer: ClickAnswer, _ kind: Messages.Answer?, _ facts: Facts?) -> ClickAnswer {
        var answer = answer
        answer.text = context.cards.messages.words(
            kind, answer.text, answer.update, facts?.request.map { facts?.record.subject(of: $0) ?? Subject($0) },
            cluster: context.teleport.clusterName, person: facts?.clicker.username ?? "")
        return answer
    }

    private static func outcome(of click: Click, _ answer: ClickAnswer, isWithdrawal: Bool) -> AuditEntry.Outcome {
        if answer.isStillPending { return .reviewed }
        return isWithdrawal ? .withdrawn : click.decision == .approve ? .approved : .denied
    }

    private func audit(_ entry: AuditEntry, _ facts: Facts?) {
        var entry = entry
        entry.user = facts?.clicker
        entry.request = facts?.request
        context.audit.write(entry, at: context.clocks.now())
    }

    // MARK: - Who, and what

    private func lookUp(_ click: Click) async throws -> Facts {
        async let user = context.chat.user(click.userID)
        async let membership = isMember(click)
        async let request = context.teleport.request(click.requestID)
        async let data = context.teleport.pluginData(of: click.requestID)
        let clicker: ChatUser
        do {
            clicker = try await user
        } catch {
            context.logger.warning("Could not look up who clicked: \(error)", metadata: .click(click))
            throw Refusal(.lookupFailed, ClickWords.unknownClicker)
        }
        guard clicker.id == click.userID else { throw Refusal(.lookupFailed, ClickWords.unknownClicker) }
        do {
            return Facts(
                clicker: clicker, isMember: await membership, request: try await request, record: PluginRecord(try await data))
        } catch {
            context.logger.warning("Could not read the request: \(error)", metadata: .click(click))
            throw Refusal(.lookupFailed, ClickWords.unreachable)
        }
    }

    private func isMember(_ click: Click) async -> Bool? {
        do {
            return try await context.chat.isMember(click.userID, of: click.post.channelID)
        } catch {
            context.logger.warning("Could not look up who is in the channel: \(error)", metadata: .click(click))
            return nil
        }
    }

    /// Whoever may decide nothing at all is not told of the request either.
    private func person(_ facts: Facts) throws {
        let clicker = ApprovalPolicy.Clicker(user: facts.clicker, isMember: facts.isMember ?? true)
        if let objection = context.policy.objection(to: clicker) { throw Refusal(objection, context.recipients.rules) }
        guard facts.isMember != nil else { throw Refusal(.lookupFailed, ClickWords.noMembership) }
    }

    /// The request, if it can still be decided.
    private func pending(_ click: Click, _ facts: Facts) throws -> AccessRequest {
        guard let request = facts.request else {
            lookAgain(click.requestID)
            throw Refusal(.notShown, ClickWords.hidden)
        }
        let status = PostPlan.status(of: request, in: facts.record, now: context.clocks.now())
        guard status == .pending else {
            let card = context.cards.card(facts.record.subject(of: request), status)
            throw Refusal(.notPending, ClickWords.already(status, now: context.clocks.now()), update: card)
        }
        // The listener could not compare it while Teleport had not told its name.
        let cluster = context.teleport.clusterName
        guard cluster != nil, click.cluster ?? cluster == cluster else { throw Refusal(.notShown, ClickWords.hidden) }
        guard !click.isExpired else { throw Refusal(.expired, ClickWords.expired) }
        return request
    }

    // MARK: - The decision

    /// A claim that was written.
    struct Held {
        var claim: DecisionClaim
        /// The values that restore the record when nothing came of the claim.
        var previous: [String: String]
    }

    private func claim(_ click: Click, _ facts: Facts, _ progress: ClickProgress) async throws -> Held {
        if let other = facts.record.decision { throw beingDecided(other, click) }
        let reviewers = try reviewers(with: facts)
        guard progress.begin() else { throw Refusal(.tooLate, ClickWords.tooLate) }
        let claim = DecisionClaim(
            decision: click.decision, userID: facts.clicker.id, username: facts.clicker.username, at: context.clocks.now(),
            replica: context.replica)
        let previous = [PluginRecord.Key.decision: ""].merging(reviewers.mapValues(\.old)) { $1 }
        let held = Held(claim: claim, previous: previous)
        do {
            try await context.teleport.updatePluginData(
                of: click.requestID,
                setting: [PluginRecord.Key.decision: claim.description].merging(reviewers.mapValues(\.new)) { $1 },
                expecting: previous)
            return held
        } catch {
            switch error.code {
            case .conflict: throw try await lostTo(click)
            case .notFound: throw Refusal(.gone, ClickWords.gone)
            default:
                // It may have been written all the same.
                await release(held, click)
                lookAgain(click.requestID)
                throw Refusal(.refusedByTeleport, ClickWords.refused(error))
            }
        }
    }

    /// The claim keeps other clicks out, but not `tctl`: between the look-up and the claim somebody may have decided there.
    private func stillPending(_ click: Click, _ facts: Facts, _ held: Held) async throws -> AccessRequest {
        do {
            var facts = facts
            facts.request = try await context.teleport.request(click.requestID)
            let request = try pending(click, facts)
            try checkUncounted(request, facts)
            return request
        } catch {
            await release(held, click)
            lookAgain(click.requestID)
            throw error
        }
    }

    /// Somebody claimed the decision first.
    private func lostTo(_ click: Click) async throws -> Refusal {
        let record = PluginRecord(try await context.teleport.pluginData(of: click.requestID))
        guard let other = record.decision else { return Refusal(.tooLate, ClickWords.tooLate) }
        return beingDecided(other, click)
    }

    private func beingDecided(_ other: DecisionClaim, _ click: Click) -> Refusal {
        lookAgain(click.requestID)
        return Refusal(.beingDecided, ClickWords.beingDecided(other))
    }

    private func decide(
        _ click: Click, _ request: AccessRequest, _ held: Held, _ facts: Facts, isWithdrawal: Bool
    ) async throws -> ClickAnswer {
        if context.method == .review {
            return try await review(click, held, facts, isWithdrawal: isWithdrawal)
        }
        let email = facts.clicker.email
        do {
            try await context.teleport.decide(
                click.decision, on: click.requestID,
                delegator: "mattermost:\(email.isEmpty ? facts.clicker.username : email)", reason: click.reason ?? "")
        } catch {
            throw await failed(click, held, error)
        }
        return decided(
            click, facts.record.subject(of: request), held.claim, reason: click.reason ?? "", isWithdrawal: isWithdrawal)
    }

    func decided(
        _ click: Click, _ subject: Subject, _ claim: DecisionClaim, reason: String, isWithdrawal: Bool
    ) -> ClickAnswer {
        let resolution = Card.Resolution(by: claim.username, at: claim.at, reason: reason)
        let status: Card.Status = click.decision == .approve ? .approved(resolution) : .denied(resolution)
        return ClickAnswer(
            update: context.cards.card(subject, status),
            isWithdrawal ? ClickWords.withdrawn(subject) : ClickWords.decided(click.decision, subject),
            isDecided: true)
    }

    func failed(_ click: Click, _ held: Held, _ error: TeleportError) async -> Refusal {
        context.logger.error("Could not decide the request: \(error)", metadata: .click(click))
        lookAgain(click.requestID)
        switch error.code {
        case .unavailable, .timedOut, .misconfigured, .cancelled, .other:
            // It may have happened. The claim stays, so that nobody decides otherwise meanwhile; the reconciler frees it when
            // the request is seen to be still pending.
            return Refusal(.unconfirmed, ClickWords.unconfirmed)
        case .notFound: return Refusal(.gone, ClickWords.gone)
        case .permissionDenied, .conflict, .refused, .unimplemented:
            await release(held, click)
            return Refusal(.refusedByTeleport, ClickWords.refused(error))
        }
    }

    private func tooLate(_ click: Click, _ held: Held) async -> Refusal {
        await release(held, click)
        return Refusal(.tooLate, ClickWords.tooLate)
    }

    /// - Parameter isCounted: a review of the person's was taken, which is kept.
    func release(_ held: Held, _ click: Click, isCounted: Bool = false) async {
        try? await context.teleport.updatePluginData(
            of: click.requestID, setting: isCounted ? [PluginRecord.Key.decision: ""] : held.previous,
            expecting: [PluginRecord.Key.decision: held.claim.description])
    }
}

extension [String: Logger.MetadataValue] {
    fileprivate static func click(_ click: Click) -> Self {
        request(click.requestID, click.post, ["user_id": "\(click.userID)", "decision": "\(click.decision)"])
    }
}
