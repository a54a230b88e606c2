import Access
import Logging

/// Makes decisions as reviews that Teleport counts. A review may leave the request pending.
extension Approvals {
    /// The latest time after the first of two calls at which the second may begin, because both must end before the claim may
    /// be taken over.
    private static let secondCall = Duration.seconds(1)

    func review(_ click: Click, _ held: Held, _ facts: Facts, isWithdrawal: Bool) async throws -> ClickAnswer {
        let reviewer = isWithdrawal ? nil : context.policy.teleportUser(of: facts.clicker)
        let after: AccessRequest
        do {
            after = try await submit(click, facts.clicker, for: reviewer)
        } catch {
            throw await refused(click, held, error, reviewer: reviewer)
        }
        lookAgain(click.requestID)
        guard after.state != .pending else {
            await release(held, click, isCounted: true)
            return ClickAnswer(ClickWords.reviewed(click.decision, after), isDecided: true, isStillPending: true)
        }
        guard after.state == click.decision.state else {
            await release(held, click, isCounted: true)
            let status = PostPlan.status(of: after, in: PluginRecord([:]), now: context.clocks.now())
            throw Refusal(.notPending, ClickWords.already(status, now: context.clocks.now()))
        }
        return decided(
            click, facts.record.subject(of: after), held.claim, reason: after.resolveReason, isWithdrawal: isWithdrawal)
    }

    /// Submits the review as the person's own if they have a Teleport user and the server allows it. Otherwise it is submitted
    /// as this plugin's, with the person named in the reason.
    private func submit(
        _ click: Click, _ clicker: ChatUser, for reviewer: String?
    ) async throws(TeleportError) -> AccessRequest {
        let teleport = context.teleport
        let begun = context.clocks.elapsed()
        if let reviewer {
            do {
                return try await teleport.review(click.decision, of: click.requestID, as: reviewer, reason: click.reason ?? "")
            } catch {
                let isEarly = context.clocks.elapsed() - begun < Self.secondCall
                guard ReviewRefusal(error) == .notForOthers, isEarly else { throw error }
            }
        }
        let reason = ReviewWords.reason(click.decision, by: clicker, click.reason ?? "")
        return try await teleport.review(click.decision, of: click.requestID, as: nil, reason: reason)
    }

    private func refused(
        _ click: Click, _ held: Held, _ error: any Error, reviewer: String?
    ) async -> any Error {
        guard let error = error as? TeleportError else { return error }
        guard let why = ReviewRefusal(error) else { return await failed(click, held, error) }
        context.logger.warning(
            "Teleport did not take the review: \(error)", metadata: .request(click.requestID, click.post))
        await release(held, click)
        lookAgain(click.requestID)
        return Refusal(
            why.isRepeated ? .alreadyReviewed : .refusedByTeleport, ClickWords.refused(why, reviewer: reviewer))
    }
}

extension ReviewRefusal {
    /// Whether the same author has reviewed the request before.
    fileprivate var isRepeated: Bool { if case .alreadyReviewed = self { true } else { false } }
}

/// The text that Teleport stores with a review.
enum ReviewWords {
    /// Returns the reason of a review whose author is this plugin. It names the person, because Teleport's audit log has no
    /// other field for that.
    static func reason(_ decision: Decision, by user: ChatUser, _ reason: String) -> String {
        let what = decision == .approve ? "Approved" : "Denied"
        let who = user.email.isEmpty ? "@\(user.username)" : "@\(user.username) (\(user.email))"
        return "\(what) by \(who) in Mattermost" + (reason.isEmpty ? "" : ": \(reason)")
    }
}

extension ClickWords {
    static func reviewed(_ decision: Decision, _ request: AccessRequest) -> String {
        let progress = request.reviewProgress.isEmpty ? "" : ": \(request.reviewProgress)"
        return "Your \(decision == .approve ? "approval" : "denial") is counted, and the request is still pending\(progress)."
    }

    static let alreadyReviewed =
        "You have already reviewed this request, so nothing was changed. It takes others to decide it."
    static let perhapsReviewed =
        "Mattermost does not show this plugin people's addresses, so nobody can tell whether you have reviewed this request "
        + "already. Nothing was decided. Please tell an administrator: [approvals.users] has to name your Teleport user."
    static let tooManyReviews =
        "This request has more reviews than this plugin keeps account of, so nothing was decided. Please decide in Teleport."

    /// Returns the answer to a review that Teleport refused.
    /// - Parameter reviewer: the person's Teleport user, or nil if they have none.
    static func refused(_ refusal: ReviewRefusal, reviewer: String?) -> String {
        switch refusal {
        case .alreadyReviewed(let author?) where author == reviewer: alreadyReviewed
        case .alreadyReviewed:
            """
            This plugin has already reviewed this request, and Teleport takes one review from each of its users, so nothing \
            was changed. Others can review with `tsh request review`; an administrator can let the plugin review for each person.
            """
        case .alreadyResolved: "This request was decided a moment ago, so nothing was changed."
        case .notForOthers: tooLate
        case .notAllowed:
            """
            Teleport does not take reviews from this plugin, so nothing was decided. Reviews need Teleport Enterprise and a \
            role that allows `review_requests`; without them an administrator can set method = "state" under [approvals].
            """
        }
    }
}
