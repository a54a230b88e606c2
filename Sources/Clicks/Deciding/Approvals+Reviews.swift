import Access
import Logging

/// Makes decisions as reviews that Teleport counts. A review may leave the request pending.
extension Approvals {
    /// The latest time after the first of two calls at which the second may begin, because both must end before the claim may
    /// be taken over.
    private static let secondCall = Duration.seconds(1)

    /// Refuses a person whose review can be submitted neither in their own name nor, by the configuration, in the plugin's.
    ///
    /// A withdrawal is always the plugin's own denial, because Teleport lets nobody review their own request.
    func checkReviewer(_ facts: Facts, isWithdrawal: Bool) throws(Refusal) {
        guard context.method == .review, !isWithdrawal, facts.identity.author == nil else { return }
        switch facts.identity {
        case .several, .failed: throw Refusal(untold: facts.identity)
        case .nobody where !context.reviewsAsPlugin: throw Refusal(untold: facts.identity)
        default: if !context.reviewsAsPlugin { throw Refusal(.noTeleportUser, ClickWords.noTeleportUser) }
        }
    }

    func review(_ click: Click, _ held: Held, _ facts: Facts, isWithdrawal: Bool) async throws -> ClickAnswer {
        let reviewer = isWithdrawal ? nil : facts.identity.author
        let after: AccessRequest
        do {
            after = try await submit(click, facts.clicker, for: reviewer)
        } catch {
            throw await refused(click, held, error, reviewer: reviewer)
        }
        if after.state != click.decision.state { lookAgain(click.requestID) }
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

    /// Submits the review as the person's own if they have a Teleport user. If they have none, or the server is too old for
    /// reviews on behalf of others, it is submitted as this plugin's where the configuration allows that, with the person named
    /// in the reason. Every other refusal stands: the plugin never reviews in the place of a person who may not.
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
                guard ReviewRefusal(error) == .notForOthers, context.reviewsAsPlugin, isEarly else { throw error }
                context.logger.warning(
                    "Reviewing as the plugin, as review_as_plugin allows: Teleport did not take the person's review: \(error)",
                    metadata: .request(click.requestID, click.post))
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
    /// The largest size in bytes of a reason that Teleport takes (`lib/services/access_request.go`).
    static let limit = 4096

    /// Returns the reason of a review whose author is this plugin. It names the person, because Teleport's audit log has no
    /// other field for that.
    static func reason(_ decision: Decision, by user: ChatUser, _ reason: String) -> String {
        let what = decision == .approve ? "Approved" : "Denied"
        let who = user.email.isEmpty ? "@\(user.username)" : "@\(user.username) (\(user.email))"
        let words = "\(what) by \(who) in Mattermost" + (reason.isEmpty ? "" : ": \(reason)")
        guard words.utf8.count > limit else { return words }
        let more = "…"
        return JSONText.bounded(words, bytes: limit - more.utf8.count) + more
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

    static let noTeleportUser =
        "Teleport takes your review only in your own name, and this plugin's configuration does not say who you are in "
        + "Teleport, so nothing was decided. Please tell an administrator: [approvals.users] has to name your Teleport user. "
        + "You can also use `tsh request review`."

    /// Returns the answer to a review that Teleport refused.
    /// - Parameter reviewer: the person's Teleport user, or nil if the review was to be the plugin's own.
    static func refused(_ refusal: ReviewRefusal, reviewer: String?) -> String {
        switch refusal {
        case .alreadyReviewed(let author?) where author == reviewer: alreadyReviewed
        case .alreadyReviewed(by: nil) where reviewer != nil: alreadyReviewed
        case .alreadyReviewed:
            """
            This plugin has already reviewed this request, and Teleport takes one review from each of its users, so nothing \
            was changed. Others can review with `tsh request review`; an administrator can let the plugin review for each person.
            """
        case .alreadyResolved: "This request was decided a moment ago, so nothing was changed."
        case .notForOthers, .lacksUserRead, .notForThisUser, .needsMFA: cannotSubmit(refusal)
        case .authorNotStored:
            """
            Teleport does not know your user just now, so nothing was decided. Users of single sign-on are known only while \
            they are logged in: please log in to Teleport and try again, or tell an administrator.
            """
        case .mayNotReview(let author?) where author == reviewer:
            "Your roles in Teleport do not allow you to review requests, so nothing was decided."
        case .notThisRequest(let author?) where author == reviewer:
            "Teleport does not allow you to review this request, because it is your own or your roles do not cover it, so "
                + "nothing was decided."
        case .noThresholds: "Teleport takes no reviews of this request, so nothing was decided. Please tell an administrator."
        case .mayNotReview, .notThisRequest, .notSupported, .notAllowed:
            """
            Teleport does not take reviews from this plugin, so nothing was decided. Reviews need Teleport Enterprise and a \
            role that allows `review_requests`; without them an administrator can set method = "state" under [approvals].
            """
        }
    }

    /// Returns the answer to a review that the plugin cannot submit on the person's behalf until an administrator acts.
    private static func cannotSubmit(_ refusal: ReviewRefusal) -> String {
        let why =
            switch refusal {
            case .lacksUserRead: "its role in Teleport lacks `read` on `user`"
            case .notForThisUser: "its role's `submit_for_users` in Teleport does not allow you"
            case .needsMFA: "Teleport demands MFA of its identity"
            default: "this Teleport server is too old for that"
            }
        return "This plugin cannot submit a review in your name, because \(why), so nothing was decided. Please tell an "
            + "administrator, or use `tsh request review`."
    }
}
