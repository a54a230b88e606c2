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

    private let approvals: Approvals
    /// Verifies who clicked. This is nil if the configuration says to believe the callback.
    private let proofs: ProofVerifier?
    private let submissions: SeenSubmissions
    private let clock: any Clock<Duration>

    private var context: ClicksContext { approvals.context }

    /// Creates the service.
    /// - Parameters:
    ///   - context: everything that deciding needs.
    ///   - proofs: verifies who clicked, or nil to believe the callback.
    ///   - clock: the clock of the answer's deadline, and of the pauses between repeated reads.
    ///   - lookAgain: called with a request whose posts or record may need to be brought up to date.
    package init(
        _ context: ClicksContext, proofs: ProofVerifier?, clock: any Clock<Duration> = .continuous,
        lookAgain: @escaping @Sendable (RequestID) -> Void
    ) {
        approvals = Approvals(context: context, clock: clock, lookAgain: lookAgain)
        self.proofs = proofs
        submissions = SeenSubmissions(elapsed: context.clocks.elapsed)
        self.clock = clock
    }

    /// Answers a click. It calls `respond` within ``answerLimit``, and returns when the decision is finished.
    package func answer(_ click: VerifiedClick, respond: (ClickReply<ClickAnswer>) -> Void) async {
        let begun = context.clocks.elapsed()
        let due = begun + Self.answerLimit
        func reply(_ reply: ClickReply<ClickAnswer>) {
            respond(reply)
            context.observe(.answered(after: context.clocks.elapsed() - begun))
        }
        await withDiscardingTaskGroup { work in
            let now = context.clocks.now()
            guard let proofs else {
                return reply(.answer(await answer(Click(click, isProven: false, at: now), click.triggerID, due, &work)))
            }
            let proven = await proofs.answer(click) {
                await answer(Click(click, isProven: true, at: now), click.triggerID, due, &work)
            }
            reply(proven)
        }
    }

    /// Answers a submitted dialog. It calls `respond` within ``answerLimit``, and returns when the decision is finished.
    package func answer(_ submission: DialogSubmission, respond: (ClickReply<DialogAnswer>) -> Void) async {
        let begun = context.clocks.elapsed()
        let due = begun + Self.answerLimit
        func reply(_ reply: ClickReply<DialogAnswer>) {
            respond(reply)
            context.observe(.answered(after: context.clocks.elapsed() - begun))
        }
        await withDiscardingTaskGroup { work in
            guard let proofs else { return reply(.answer(await answer(submission, proof: nil, due, &work))) }
            reply(await proofs.answer(submission) { await answer(submission, proof: $0, due, &work) })
        }
    }

    private func answer(
        _ submission: DialogSubmission, proof: ClickerProof?, _ due: Duration, _ work: inout DiscardingTaskGroup
    ) async -> DialogAnswer {
        switch submissions.judge(submission, proof: proof, context) {
        case .refused(let answer): return answer
        case .decide(let click):
            let answer = await answer(click, nil, due, &work)
            return answer.isDecided ? .accepted : .refused(answer.text)
        }
    }

    /// Returns the answer to the person who clicked, at `due` at the latest. A decision that has begun by then goes on in
    /// `work`.
    private func answer(
        _ click: Click, _ triggerID: Secret<String>?, _ due: Duration, _ work: inout DiscardingTaskGroup
    ) async -> ClickAnswer {
        let progress = ClickProgress()
        let answer = Once<ClickAnswer>()
        work.addTask { [approvals] in
            // A person is waiting, so the calls are made even while a server is considered away.
            await CircuitBypass.run { answer.give(await approvals.answer(click, progress, triggerID: triggerID)) }
        }
        if let answer = await answer.value(within: due - context.clocks.elapsed(), clock) { return answer }
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
