package import Access
package import ActionCrypto
import Logging

/// Answers each click and each dialog's submission in time; a decision that was begun is finished even when its answer was due before.
///
/// ```
/// VerifiedClick ──→ proof ──→ Click ──→ Approvals ──→ ClickAnswer
///                     └─ forged, late, repeated ─────────┘
/// ```
///
/// The caller runs each call in a task of its own and bounds how many there are at once.
package struct ClickService: Sendable {
    /// A person waits this long for words at most; Mattermost itself would wait 30 s.
    package static let answerLimit = Duration.milliseconds(2500)

    private let approvals: Approvals
    /// Nil if the callback is believed about who clicked.
    private let proofs: ProofVerifier?
    private let submissions: SeenSubmissions
    private let clock: any Clock<Duration>

    private var context: ClicksContext { approvals.context }

    /// - Parameter lookAgain: called when something about the request is left to be put right.
    package init(
        _ context: ClicksContext, proofs: ProofVerifier?, clock: any Clock<Duration> = .continuous,
        lookAgain: @escaping @Sendable (RequestID) -> Void
    ) {
        approvals = Approvals(context: context, lookAgain: lookAgain)
        self.proofs = proofs
        submissions = SeenSubmissions(elapsed: context.clocks.elapsed)
        self.clock = clock
    }

    /// Responds within ``answerLimit``, and returns when the decision is finished.
    package func answer(_ click: VerifiedClick, respond: (ClickReply<ClickAnswer>) -> Void) async {
        let due = context.clocks.elapsed() + Self.answerLimit
        await withDiscardingTaskGroup { work in
            let now = context.clocks.now()
            guard let proofs else {
                return respond(.answer(await answer(Click(click, isProven: false, at: now), click.triggerID, due, &work)))
            }
            let reply = await proofs.answer(click) {
                await answer(Click(click, isProven: true, at: now), click.triggerID, due, &work)
            }
            respond(reply)
        }
    }

    /// Responds within ``answerLimit``, and returns when the decision is finished.
    package func answer(_ submission: DialogSubmission, respond: (ClickReply<DialogAnswer>) -> Void) async {
        let due = context.clocks.elapsed() + Self.answerLimit
        await withDiscardingTaskGroup { work in
            guard let proofs else { return respond(.answer(await answer(submission, proof: nil, due, &work))) }
            respond(await proofs.answer(submission) { await answer(submission, proof: $0, due, &work) })
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

    /// The words for the person who clicked. What was begun by then goes on in `work`.
    private func answer(
        _ click: Click, _ triggerID: Secret<String>?, _ due: Duration, _ work: inout DiscardingTaskGroup
    ) async -> ClickAnswer {
        let progress = ClickProgress()
        let answer = Once<ClickAnswer>()
        work.addTask { [approvals] in
            // A person waits, so the calls are made even during an outage.
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
