package import Access
import Logging
import ServiceLifecycle
import Synchronization

/// Takes clicks and answers each in time; what was begun is finished even when its answer was due before.
package struct ClickDesk: Service {
    /// A person waits this long for words at most; Mattermost itself would wait 30 s.
    package static let answerLimit = Duration.milliseconds(2500)

    private let approvals: Approvals
    var reasons: Reasons { approvals.environment.reasons }
    var now: @Sendable () -> Timestamp { approvals.environment.now }
    let submissions: Submissions
    private let clock: any Clock<Duration>
    private let jobs: AsyncStream<Job>
    private let submit: AsyncStream<Job>.Continuation

    private struct Job: Sendable {
        let click: Click
        let triggerID: Secret<String>?
        let progress = ClickProgress()
        let reply: Reply
    }

    package init(_ environment: Environment, _ reconciler: Reconciler, clock: any Clock<Duration> = .continuous) {
        approvals = Approvals(environment: environment.probing, lookAgain: { reconciler.look(at: $0) })
        submissions = Submissions(elapsed: environment.elapsed)
        self.clock = clock
        (jobs, submit) = AsyncStream.makeStream()
    }

    /// The words for the person who clicked, within ``answerLimit``.
    package func answer(_ click: Click, triggerID: Secret<String>? = nil) async -> ClickAnswer {
        let reply = Reply()
        switch submit.yield(Job(click: click, triggerID: triggerID, reply: reply)) {
        case .enqueued: return await reply.value()
        default:
            audit(AuditEntry(.refused, click, why: Approvals.Refusal.Why.tooLate.rawValue, words: ClickWords.tooLate))
            return ClickAnswer(ClickWords.tooLate)
        }
    }

    func audit(_ entry: AuditEntry) { approvals.environment.audit.write(entry, at: now()) }

    /// Ends, after the clicks in flight, when a shutdown is asked for.
    package func run() async throws {
        await withTaskCancellationOrGracefulShutdownHandler {
            await withDiscardingTaskGroup { group in
                for await job in jobs {
                    group.addTask { await work(on: job) }
                }
            }
        } onCancelOrGracefulShutdown: {
            submit.finish()
        }
    }

    private func work(on job: Job) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                guard (try? await clock.sleep(for: Self.answerLimit)) != nil else { return }
                job.reply.give(ClickAnswer(job.progress.giveUp() ? ClickWords.unconfirmed : ClickWords.tooLate))
            }
            job.reply.give(await approvals.answer(job.click, job.progress, triggerID: job.triggerID))
            group.cancelAll()
        }
    }
}

/// An answer that is given once; later ones are dropped.
private final class Reply: Sendable {
    private enum State {
        case empty
        case awaited(CheckedContinuation<ClickAnswer, Never>)
        case given(ClickAnswer)
    }

    private let state = Mutex(State.empty)

    func give(_ answer: ClickAnswer) {
        let waiting: CheckedContinuation<ClickAnswer, Never>? = state.withLock { state in
            switch state {
            case .empty:
                state = .given(answer)
                return nil
            case .awaited(let continuation):
                state = .given(answer)
                return continuation
            case .given: return nil
            }
        }
        waiting?.resume(returning: answer)
    }

    func value() async -> ClickAnswer {
        await withCheckedContinuation { continuation in
            let given: ClickAnswer? = state.withLock { state in
                if case .given(let answer) = state { return answer }
                state = .awaited(continuation)
                return nil
            }
            if let given { continuation.resume(returning: given) }
        }
    }
}
