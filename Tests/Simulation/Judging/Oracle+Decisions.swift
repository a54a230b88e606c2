import Access
import Clicks

/// Judges decisions, reviews, and what the plugin tells the people who made them.
extension Oracle {
    /// A decision is made long after one by `tctl` only if a call was late.
    private static let longestCall = Duration.seconds(14)
    /// The time for which a proof is valid, with the difference that clocks may have.
    private static let proofLife = Duration.seconds(124)

    // MARK: - Decisions

    func decided(_ decision: Decision, on before: AccessRequest, delegator: String, by replica: String) {
        decisions += 1
        let id = before.id
        let person = People.all.first { "mattermost:\($0.account.email)" == delegator }
        guard let person, mayHave(person, decision, on: before, by: replica) else { return }
        if let other = made[id] {
            violation(
                .oneDecision, "\(replica) let \(person) \(decision) \(id), which \(other.person) had decided: \(other.decision)"
            )
        }
        judgeOverwriting(before, by: replica)
        made[id] = Made(decision: decision, person: person, replica: replica)
    }

    /// Notes that a replica has told itself of a decision that it has made.
    func heard(of id: RequestID, by replica: String) { if made[id]?.replica == replica { made[id]?.isKnown = true } }

    /// A decision that was made before the click's claim was written must be seen by the read under the claim.
    private func judgeOverwriting(_ before: AccessRequest, by replica: String) {
        guard before.state != .pending, let since = elsewhere[before.id] else { return }
        longestOverwrite = max(longestOverwrite, now - since)
        if now - since > Self.longestCall {
            violation(.oneDecision, "\(replica) overwrote a decision by tctl of \(now - since) ago")
        }
        if let claimed = decisionClaimed[before.id], since + world.teleport.lag < claimed {
            violation(.oneDecision, "\(replica) overwrote a decision that tctl had made \(claimed - since) before the claim")
        }
    }

    /// Judges whether a person pressed the button of a decision or review, and may decide.
    private func mayHave(_ person: Person, _ decision: Decision, on before: AccessRequest, by replica: String) -> Bool {
        let click = pressed.indices.first {
            let press = pressed[$0]
            return press.request == before.id && press.decision == decision && press.person == person && press.isGenuine
                && press.isMember
        }
        guard let click else { return isReplay(person, decision, before.id, by: replica) }
        if decision == .approve, person.name == before.user {
            violation(.onlyWhoMay, "\(person) approved their own request \(before.id)")
        }
        if let expires = before.expires, pressed[click].at.since(expires) > .seconds(1), world.plan.hasGoodClocks {
            violation(.inTime, "\(replica) let \(person) \(decision) \(before.id), whose buttons had expired")
        }
        pressed[click].isDone = true
        return true
    }

    private func isReplay(_ person: Person, _ decision: Decision, _ id: RequestID, by replica: String) -> Bool {
        let replay = replayed.last { $0.request == id && $0.decision == decision && $0.person == person }
        guard let replay, now - replay.clicked < Self.proofLife else {
            violation(
                .onlyWhoMay, "\(replica) let \(person) \(decision) \(id), who pressed no such button or may not decide")
            return false
        }
        replays = (replays.count + 1, max(replays.longest, now - replay.clicked))
        return true
    }

    // MARK: - Reviews

    /// Judges a review that the plugin submits, before it is counted.
    func reviewed(_ decision: Decision, of before: AccessRequest, as author: String?, reason: String, by replica: String) {
        decisions += 1
        let person = People.all.first { $0.name == author || author == nil && reason.contains("@\($0.name) ") }
        guard let person, mayHave(person, decision, on: before, by: replica) else { return }
        // A review by `tsh` that came after the click's claim cannot be seen, and Teleport does not know who the plugin's is of.
        let isSeen = reviewers[before.id]?[person.name].map { $0 + world.teleport.lag < decisionClaimed[before.id] ?? now }
        if isSeen == true { violation(.oneReviewEach, "\(replica) let \(person) review \(before.id) twice") }
        reviewers[before.id, default: [:]][person.name] = now
        made[before.id] = Made(decision: decision, person: person, replica: replica)
    }

    func reviewedElsewhere(_ before: AccessRequest, by author: String) {
        made[before.id] = nil
        reviewers[before.id, default: [:]][author] = now
    }

    func resolvedByReview(_ id: RequestID, _ decision: Decision) { if made[id] == nil { elsewhere[id] = now } }

    // MARK: - Answers

    func answered(_ number: Int, _ answer: ClickAnswer) {
        pressed[number].answer = answer
        let click = pressed[number]
        guard answer.isDecided else { return judgeRefusal(of: click, answer) }
        let isSo =
            answer.isStillPending
            ? reviewers[click.request]?[click.person.name] != nil
            : made[click.request].map { $0.decision == click.decision && $0.person == click.person } ?? false
        if !isSo { violation(.truthful, "\(click.person) was told “\(answer.text)”, which is not so") }
    }

    /// While nothing fails, a click decides if its person may decide and nobody else does anything about the request.
    private func judgeRefusal(of click: Press, _ answer: ClickAnswer) {
        let plan = world.plan
        let isUndisturbed = plan.isCalm && plan.hasGoodClocks && !plan.decidesByReview
        guard isUndisturbed, click.isGenuine, click.isMember else { return }
        guard let request = world.teleport.request(click.request), request.state == .pending, request.reviews.isEmpty else {
            return
        }
        let isOwnApproval = click.decision == .approve && click.person.name == request.user
        // A read may lag behind the request's beginning, and a clock may be ahead of its end.
        guard !isOwnApproval, now - (asked[request.id] ?? now) > .seconds(2) else { return }
        guard let expires = request.expires, expires.since(world.wallTime) > .seconds(10) else { return }
        guard pressed.count(where: { $0.request == click.request }) == 1 else { return }
        violation(.clickDecides, "\(click.person) may decide \(click.request), and was told “\(answer.text)”")
    }

    /// Who was told that nothing was decided must not have decided.
    func judgeAnswers() {
        for click in pressed where click.isDone {
            guard let text = click.answer?.text, text.contains("nothing was decided") || text.contains("nothing was changed")
            else { continue }
            let twins = pressed.count {
                $0.request == click.request && $0.person == click.person && $0.decision == click.decision
            }
            let isReplayed = replayed.contains {
                $0.request == click.request && $0.person == click.person && $0.decision == click.decision
            }
            if twins == 1, !isReplayed {
                violation(.truthful, "\(click.person) was told “\(text)”, but decided \(click.request)")
            }
        }
    }
}
