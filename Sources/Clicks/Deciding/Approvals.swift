package import Access
import Logging

/// Tells of a request that a click was about, and the state in which the click put it. The state is nil if the request or its
/// record may have changed in another way.
package typealias ClickNews = @Sendable (RequestID, AccessRequest.State?) -> Void

/// Decides a request on a person's click.
///
/// Teleport itself lets a later decision overwrite an earlier one. Two clicks are therefore serialised by a claim in the plugin
/// data, which is written by compare-and-swap. If a look-up fails, the click is refused.
///
/// ```
/// lookUp → bound → person → pending → identify → authorise → checkUncounted → checkReviewer ─┬─→ ask (opens a dialog)
///                                                                      claim → stillPending ←─┘
///                                                                        └─→ decide or review
/// ```
///
/// Each step may throw a ``Refusal``, which becomes the answer. Nothing is written to Teleport before `claim`.
package struct Approvals: Sendable {
    let context: ClicksContext
    /// Tells of a request whose posts or record may need to be brought up to date.
    let tell: ClickNews

    /// The latest time after the first look at a request at which it may be decided. A process that was frozen for longer may
    /// have been taken for dead, and somebody else may have decided the request. The call itself has a limit of 10 s, so the
    /// decision ends before the claim may be taken over.
    private static let claimUse = Duration.seconds(4)

    /// The clock of the pauses between repeated reads.
    let clock: any Clock<Duration>
    private let moments: ClaimMoments

    /// The results of the look-ups for a click.
    struct Facts {
        var clicker: ChatUser
        /// Whether the person is a member of the post's channel. This is nil if Mattermost did not tell.
        var isMember: Bool?
        var request: AccessRequest?
        var record: PluginRecord
        /// What is known of the person's user in Teleport.
        var identity = TeleportIdentity.unknown
    }

    /// - Parameter moments: is shared by all clicks of this process.
    package init(
        context: ClicksContext, clock: any Clock<Duration> = .continuous, moments: ClaimMoments = ClaimMoments(),
        tell: @escaping ClickNews
    ) {
        self.context = context
        self.clock = clock
        self.moments = moments
        self.tell = tell
    }

    func lookAgain(_ id: RequestID) { tell(id, nil) }

    /// Decides on the click and returns the answer to the person. The outcome is written to the audit log.
    /// - Parameter triggerID: allows a dialog to be opened. This is nil for a click that comes from a dialog.
    package func answer(_ click: Click, _ progress: ClickProgress, triggerID: Secret<String>? = nil) async -> ClickAnswer {
        var known: Facts?
        do {
            let begun = context.clocks.elapsed()
            guard context.hasButtons else { throw Refusal(.noButtons, ClickWords.noButtons) }
            let looked = try await lookUp(click)
            known = looked
            var facts = try await bound(click, looked)
            try person(facts)
            let asked = try pending(click, facts)
            facts.identity = await identify(facts, click)
            known = facts
            let isWithdrawal = try await authorise(click, asked, facts)
            try checkUncounted(asked, facts)
            try checkReviewer(facts, isWithdrawal: isWithdrawal)
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
        entry.identity = facts?.identity
        entry.request = facts?.request
        context.audit.write(entry, at: context.clocks.now())
    }

    // MARK: - The person and the request

    /// Refuses a person who may not decide anything. This is checked first, so that such a person learns nothing about the
    /// request.
    private func person(_ facts: Facts) throws {
        let clicker = ApprovalPolicy.Clicker(user: facts.clicker, isMember: facts.isMember ?? true)
        if let objection = context.policy.objection(to: clicker) { throw Refusal(objection, context.recipients.rules) }
        guard facts.isMember != nil else { throw Refusal(.lookupFailed, ClickWords.noMembership) }
    }

    /// Returns the request if it can still be decided.
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
        if let words = ClickWords.notByButton(request.kind) {
            // The new card takes the buttons off the post of an older version.
            throw Refusal(.otherKind, words, update: context.cards.card(facts.record.subject(of: request), status))
        }
        // The cluster is compared here because the listener cannot compare it until Teleport has told its name.
        let cluster = context.teleport.clusterName
        guard cluster != nil, click.cluster ?? cluster == cluster else { throw Refusal(.notShown, ClickWords.hidden) }
        guard !click.isExpired else { throw Refusal(.expired, ClickWords.expired) }
        return request
    }

    // MARK: - The decision

    /// A claim on the decision that this click has written.
    struct Held {
        var claim: DecisionClaim
        /// The values that restore the record if the claim leads to no decision.
        var previous: [String: String]
    }

    private func claim(_ click: Click, _ facts: Facts, _ progress: ClickProgress) async throws -> Held {
        if let other = facts.record.decision { throw beingDecided(other, click) }
        let reviewers = try reviewers(with: facts)
        guard progress.begin() else { throw Refusal(.tooLate, ClickWords.tooLate) }
        let claim = DecisionClaim(
            decision: click.decision, userID: facts.clicker.id, username: facts.clicker.username,
            at: moments.next(context.clocks.now()), replica: context.replica)
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
                // The claim may have been written in spite of the error.
                await release(held, click)
                lookAgain(click.requestID)
                throw Refusal(.refusedByTeleport, ClickWords.refused(error))
            }
        }
    }

    /// Reads the request again under the claim. The claim keeps other clicks out, but not `tctl`, by which somebody may have
    /// decided between the look-up and the claim.
    private func stillPending(_ click: Click, _ facts: Facts, _ held: Held) async throws -> AccessRequest {
        do {
            var facts = facts
            if !Sabotage.isActive(.noSecondRead) { facts.request = try await context.teleport.request(click.requestID) }
            let request = try pending(click, facts)
            try checkUncounted(request, facts)
            return request
        } catch {
            await release(held, click)
            lookAgain(click.requestID)
            throw error
        }
    }

    /// Returns the refusal for a click whose claim lost to another one.
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
        tell(click.requestID, click.decision.state)
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
            // The decision may have been made. The claim stays, so that nobody decides otherwise in the meantime. The
            // reconciler removes it when it sees that the request is still pending.
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

    /// Removes the claim.
    /// - Parameter isCounted: whether Teleport has counted the person's review. If so, the record keeps the person among the
    ///   reviewers.
    func release(_ held: Held, _ click: Click, isCounted: Bool = false) async {
        try? await context.teleport.updatePluginData(
            of: click.requestID, setting: isCounted ? [PluginRecord.Key.decision: ""] : held.previous,
            expecting: [PluginRecord.Key.decision: held.claim.description])
    }
}

extension [String: Logger.MetadataValue] {
    static func click(_ click: Click) -> Self {
        request(click.requestID, click.post, ["user_id": "\(click.userID)", "decision": "\(click.decision)"])
    }
}
