package import Access
package import ActionCrypto
import Logging

/// Answers each click and each submitted dialog in time. A decision that has begun is finished even if its answer was due
/// earlier.
///
/// ```
/// VerifiedClick ────→ ProofVerifier ─────────────────────────→ Click ──→ Approvals ──→ ClickAnswer
/// DialogSubmission ─→ ProofVerifier ──→ SeenSubmissions ─────→ Click ──→ Approvals ──→ DialogAnswer
///                          │                    │
///                          └─ forged or late ───┴─ refused: answered without a decision
/// ```
///
/// The caller runs each call in a task of its own, and bounds how many calls run at once.
package struct ClickService: Sendable {
    /// The longest time that a person waits for an answer. Mattermost itself would wait 30 seconds.
    package static let answerLimit = Duration.milliseconds(2500)

    private let live: Live<ClicksContext>
    private let tell: ClickNews
    /// Verifies who clicked. This is nil if the configuration says to believe the callback.
    private let proofs: ProofVerifier?
    private let submissions: SeenSubmissions
    private let clock: any Clock<Duration>
    private let moments = ClaimMoments()

    /// Decides by the present configuration. Each click reads this once, so that it sees one configuration until its end.
    private var approvals: Approvals { Approvals(context: live.current, clock: clock, moments: moments, tell: tell) }

    /// Creates the service.
    /// - Parameters:
    ///   - context: everything that deciding needs.
    ///   - proofs: verifies who clicked, or nil to believe the callback.
    ///   - clock: the clock of the answer's deadline, and of the pauses between repeated reads.
    ///   - tell: is called with each request whose posts or record may need to be brought up to date.
    package init(
        _ context: ClicksContext, proofs: ProofVerifier?, clock: any Clock<Duration> = .continuous,
        tell: @escaping ClickNews
    ) {
        self.init(Live(context), proofs: proofs, clock: clock, tell: tell)
    }

    /// Creates the service with a configuration that may be replaced while it runs.
    package init(
        _ live: Live<ClicksContext>, proofs: ProofVerifier?, clock: any Clock<Duration> = .continuous,
        tell: @escaping ClickNews
    ) {
        self.live = live
        self.tell = tell
        self.proofs = proofs
        submissions = SeenSubmissions(elapsed: live.current.clocks.elapsed)
        self.clock = clock
    }

    /// Answers a click. It calls `respond` within ``answerLimit``, and returns when the decision is finished.
    package func answer(_ click: VerifiedClick, respond: (ClickReply<ClickAnswer>) -> Void) async {
        let approvals = approvals
        let begun = approvals.context.clocks.elapsed()
        let due = begun + Self.answerLimit
        func reply(_ reply: ClickReply<ClickAnswer>) {
            respond(reply)
            approvals.context.observe(.answered(after: approvals.context.clocks.elapsed() - begun))
        }
        await withDiscardingTaskGroup { work in
            let now = approvals.context.clocks.now()
            guard let proofs else {
                let unproven = Click(click, isProven: false, at: now)
                return reply(.answer(await answer(unproven, click.triggerID, approvals, due, &work)))
            }
            let proven = await proofs.answer(click) {
                await answer(Click(click, isProven: true, at: now), click.triggerID, approvals, due, &work)
            }
            reply(proven)
        }
    }

    /// Answers a submitted dialog. It calls `respond` within ``answerLimit``, and returns when the decision is finished.
    package func answer(_ submission: DialogSubmission, respond: (ClickReply<DialogAnswer>) -> Void) async {
        let approvals = approvals
        let begun = approvals.context.clocks.elapsed()
        let due = begun + Self.answerLimit
        func reply(_ reply: ClickReply<DialogAnswer>) {
            respond(reply)
            approvals.context.observe(.answered(after: approvals.context.clocks.elapsed() - begun))
        }
        await withDiscardingTaskGroup { work in
            guard let proofs else { return reply(.answer(await answer(submission, proof: nil, approvals, due, &work))) }
            reply(await proofs.answer(submission) { await answer(submission, proof: $0, approvals, due, &work) })
        }
    }

    private func answer(
        _ submission: DialogSubmission, proof: ClickerProof?, _ approvals: Approvals, _ due: Duration,
        _ work: inout DiscardingTaskGroup
    ) async -> DialogAnswer {
        switch submissions.judge(submission, proof: proof, approvals.context) {
        case .refused(let answer): return answer
        case .decide(let click):
            let answer = await answer(click, nil, approvals, due, &work)
            return answer.isDecided ? .accepted : .refused(answer.text)
        }
    }

    /// Returns the answer to the person who clicked, at `due` at the latest. A decision that has begun by then goes on in
    /// `work`.
    private func answer(
        _ click: Click, _ triggerID: Secret<String>?, _ approvals: Approvals, _ due: Duration,
        _ work: inout DiscardingTaskGroup
    ) async -> ClickAnswer {
        let progress = ClickProgress()
        let answer = Once<ClickAnswer>()
        work.addTask {
            // A person is waiting, so the calls are made even while a server is considered away.
            await CircuitBypass.run { answer.give(await approvals.answer(click, progress, triggerID: triggerID)) }
        }
        if let answer = await answer.value(within: due - approvals.context.clocks.elapsed(), clock) { return answer }
        return ClickAnswer(progress.giveUp() ? ClickWords.unconfirmed : ClickWords.tooLate)
    }
}

extension Click {
    init(_ click: VerifiedClick, isProven: Bool, at now: Timestamp) {
        self.init(
            requestID: click.action.requestID, decision: click.action.decision,
            cluster: click.action.binding?.cluster, userID: click.userID,
            post: PostReference(channelID: click.channelID, postID: click.postID),
            isExpired: click.action.binding.map { $0.expires <= now } ?? false,
            isProven: isProven, remote: click.remoteAddress)
    }
}
