package import Access
import Logging

/// Brings the posts of one request up to date. A run reads the state of both servers, asks ``PostPlan`` for the next step and
/// performs it, until nothing is left to do. No other type writes posts.
///
/// ```
/// gather ──→ findTargets ──→ PostPlan.next ──→ perform
///   ↑                             ↑               │
///   │                             └── .continue ──┤
///   └── .conflict, up to 5 attempts ──────────────┤
///                                                 └── .end(outcome) ──→ WorkQueue.Outcome
/// ```
///
/// A request that the watch has just reported is claimed without reading it, see ``Situation/isReported``. After a conflict
/// everything is read again. A run that fails throws, and its memory is kept for the next run.
package struct ReconcileRun: Sendable {
    let context: PostsContext
    let claims: ClaimAges
    let id: RequestID
    /// The elapsed time since which the request has been due; nil if that is not known.
    let dueSince: Duration?

    /// The result of one step.
    enum Progress {
        case `continue`
        /// Another replica wrote in the meantime, so everything must be read again.
        case conflict
        case end(WorkQueue.Outcome)
    }

    /// The state of one attempt. It collects the failures of single recipients, so that the work for the other recipients can
    /// go on.
    struct Attempt {
        var situation: Situation
        var memory: RunMemory
        /// The latest time that the plan was given. It does not go back when the clock is corrected, because what the plan once
        /// took for due, such as a reminder that is sent now, would not be recorded then.
        var latest: Timestamp
        /// The elapsed time at which the request and its record were last known to be as in `situation`.
        var readAt: Duration
        /// The elapsed time since which the claim on posting is known to be held.
        var claimedAt = Duration.zero
        /// The first failure that may pass by itself.
        var failure: (any OperatorError)?
        /// The first refusal that lasts until a person mends something.
        var refusal: MattermostError?
        /// The time after which a post that could not be found is looked for again.
        var recheck: Duration?
        /// What the watch had shown of the request before it was read.
        var sight: Sight?
        /// The recipients that monitoring rules named. They are recorded with the claim on posting.
        var byRules: RuleRecipients?
        /// The error if it is unknown whom they name.
        var undecided: Undecided?
        /// The channels of the reviewers whom only the request names. They are recorded with the claim as well.
        var suggested: [String] = []
    }

    private static let conflictLimit = 5
    /// The number of retries, after a refusal, for the posts of a request that is gone. A channel may be archived, or closed to
    /// the bot, only for a moment.
    private static let goneLimit = 4
    private static let gonePause = Duration.seconds(20)
    /// The shortest pause after which a request is looked at again that the plugin's role is not shown.
    private static let hiddenPause = Duration.seconds(30)

    package init(context: PostsContext, claims: ClaimAges, id: RequestID, dueSince: Duration? = nil) {
        self.context = context
        self.claims = claims
        self.id = id
        self.dueSince = dueSince
    }

    /// Runs until nothing is left to do, and returns when the request is to be looked at again.
    /// - Parameter memory: what sweeps and earlier runs found. It is updated for the next run over the request.
    package func callAsFunction(_ memory: inout RunMemory) async throws -> WorkQueue.Outcome {
        var isKept = true
        for _ in 0..<Self.conflictLimit {
            let written = memory.claim
            let begun = context.clocks.elapsed()
            let sight = context.evidence.sight(of: id)
            var attempt = Attempt(
                situation: try await gather(&memory, sight), memory: memory, latest: context.clocks.now(), readAt: begun,
                sight: sight)
            defer { memory = attempt.left }
            let pause = sight?.pause(for: attempt.situation.request, at: context.clocks.elapsed())
            if let pause { return .later(pause) }
            attempt.situation.seenDecision = sight?.decision
            attempt.situation.wasSeen = sight.map { $0.fact != .deleted } ?? false
            doubtOverruled(&attempt)
            doubtRefreshed(&attempt)
            try await findTargets(&attempt)
            // This is false if the server did not keep what an earlier attempt wrote.
            isKept = written.isEmpty || !attempt.situation.record.fields.isEmpty
            if let outcome = try await carryOut(&attempt) { return outcome }
        }
        throw isKept ? Self.contested : Self.notKept
    }

    private static let contested = TeleportError(
        .conflict, "the plugin data of the request was changed \(conflictLimit) times while its posts were written")

    /// The error for servers that do not keep the plugin data. Some servers of version 10 to 13 give the plugin data an expiry
    /// of its own, which can lie in the past.
    private static let notKept = TeleportError(
        .conflict,
        "Teleport does not keep the plugin data of the request, so that its posts cannot be recorded: it is posted, and decided in "
            + "Teleport or by its buttons, but no other replica knows of its posts. Newer Teleport servers keep it.")

    /// Performs the steps of the plan. Returns nil after a conflict.
    private func carryOut(_ attempt: inout Attempt) async throws -> WorkQueue.Outcome? {
        for _ in 0..<Self.stepLimit(attempt.situation) {
            let now = context.clocks.elapsed()
            attempt.situation.isClaimWorn = now - attempt.claimedAt > PostPlan.claimUse
            attempt.latest = max(attempt.latest, context.clocks.now())
            let step = PostPlan.next(for: attempt.situation, now: attempt.latest)
            if attempt.situation.isReported, step != .claim(replacing: "") { return nil }
            switch try await perform(step, &attempt) {
            case .continue: continue
            case .conflict: return nil
            case .end(let outcome): return outcome
            }
        }
        throw TeleportError(.other, "the request's posts take more steps than they should")
    }

    /// Returns a limit that stops a plan which would never end. It is far above what a request needs, even if each recipient
    /// has 50 replies and many pages of other posts.
    private static func stepLimit(_ situation: Situation) -> Int {
        1000 + 200 * (situation.targets.count + situation.record.posts.count)
    }

    private func perform(_ step: PostPlan.Step, _ attempt: inout Attempt) async throws -> Progress {
        switch step {
        case .done: return .end(try finish(&attempt, .settled))
        case .rest(let duration): return .end(try finish(&attempt, .later(duration)))
        case .wait(let duration): return .end(.later(duration))
        case .proveGone: return try await proveGone(&attempt)
        case .claim(let previous): return try await claim(replacing: previous, &attempt)
        case .renewClaim: return try await renewClaim(&attempt)
        case .record(let posts): return try await record(posts, &attempt)
        case .settle(let status, let behind): return try await settle(status, behind: behind, &attempt)
        case .recordThreads(let told, let reminded): return try await recordThreads(told, reminded: reminded, &attempt)
        case .releaseDecision(let decision):
            guard try await isCurrent(&attempt) else { return .conflict }
            return try await releaseDecision(decision, &attempt)
        case .look(let channels): try await look(in: channels, &attempt)
        case .post(let targets): try await post(to: targets, &attempt)
        case .read(let posts): await read(posts, &attempt)
        case .update(let posts, let status):
            guard try await isCurrent(&attempt) else { return .conflict }
            await update(posts, to: status, &attempt)
        case .remove(let post): await remove(post, &attempt)
        case .readThread(let post): try await readThread(of: post, &attempt)
        case .removeReply(let reply, let post): await removeReply(reply, in: post, &attempt)
        case .reply(let reply, let post): try await self.reply(reply, to: post, &attempt)
        }
        return .continue
    }

    private func proveGone(_ attempt: inout Attempt) async throws -> Progress {
        switch try await context.evidence.verdict(on: id, with: context.teleport, elapsed: context.clocks.elapsed) {
        case .gone: attempt.situation.isProvenGone = true
        case .hidden:
            // Nobody reports when the role is shown requests again.
            return .end(.failed(atLeast: Self.hiddenPause))
        case .tooEarly(let wait): return .end(.later(wait))
        }
        return .continue
    }

    /// Ends the attempt. Everything that is known of the request is forgotten, unless a recipient failed or a post is looked
    /// for again.
    private func finish(_ attempt: inout Attempt, _ outcome: WorkQueue.Outcome) throws -> WorkQueue.Outcome {
        if let failure = attempt.failure { throw failure }
        if let undecided = attempt.undecided { throw undecided }
        if let refusal = attempt.refusal {
            guard attempt.situation.request == nil else {
                throw Hindrance(error: refusal, isPosted: !attempt.situation.posts.isEmpty)
            }
            // Nobody waits for a request that is gone, so its refusals are not reported. Sweeps come back to it while its
            // record lasts.
            attempt.memory.goneAttempts += 1
            if attempt.memory.goneAttempts <= Self.goneLimit { return .failed(atLeast: Self.gonePause) }
        }
        if let recheck = attempt.recheck {
            attempt.forgetContents()
            return .later(recheck)
        }
        // A write in doubt may still take effect, after the posts were read or written.
        if attempt.situation.unrest > .zero {
            attempt.forgetContents()
            return .later(attempt.situation.unrest)
        }
        claims.forget(id)
        context.evidence.forget(id, upTo: attempt.sight)
        return outcome
    }
}

/// The error for a request that is told nobody until a person mends a monitoring rule, because it is unknown whom the rules name.
struct Undecided: OperatorError {
    var notice: Notice

    var words: String { notice.words }
    var mend: String? { notice.mend }
}

/// The error for a recipient of a request who cannot be told until a person mends something.
struct Hindrance: Error, CustomStringConvertible {
    var error: MattermostError
    /// Whether the request is posted elsewhere, so that somebody was told of it.
    var isPosted: Bool

    var description: String { error.description }
}
