import Access
import ActionCrypto
import Clicks

/// Knows what is true in a world, and judges everything that the plugin does and says by it.
///
/// What must never happen is judged at the moment when it happens; what must become right in the end is judged after the quiet.
final class Oracle: @unchecked Sendable {
    private struct PressedButton {
        var decision: Decision
        var request: RequestID
        var person: String
        var post: PostReference
        var at: Duration
        /// Whether the post is one of the request's.
        var isGenuine: Bool
        var isMember: Bool
        var answer: ClickAnswer?
        var isDone = false
    }

    private struct Made {
        var decision: Decision
        var person: String
    }

    /// Something that must not happen, or that did not come right.
    struct Violation: CustomStringConvertible {
        /// The rules, by which a failure is recognized again when its story is made shorter.
        enum Rule: String {
            case oneDecision, onlyWhoMay, forgery, ownPostsOnly, finalStateKept, onlyDoublesRemoved, noNeedlessDoubles
            case truthful, posted, postedInTime, onePost, shownState, replyOnce, claimReleased, atRest
        }

        var rule: Rule
        var words: String

        var description: String { "\(rule.rawValue): \(words)" }
    }

    private(set) var violations: [Violation] = []
    /// The number of posts that were made although the channel had one, and that were removed again.
    private(set) var doubles = 0
    /// The longest time between a decision by `tctl` and one of the plugin's that overwrote it.
    private(set) var longestOverwrite = Duration.zero
    private(set) var decisions = 0
    /// The longest time from a request to its posts while nothing fails.
    private static let promptness = Duration.seconds(3)
    private var asked: [RequestID: Duration] = [:]
    private var firstPosts: Set<String> = []
    private var pressed: [PressedButton] = []
    private var made: [RequestID: Made] = [:]
    private var elsewhere: [RequestID: Duration] = [:]
    private var gone: [String: Duration] = [:]
    private unowned let world: World

    init(_ world: World) { self.world = world }

    private var now: Duration { world.scheduler.now }

    private func violation(_ rule: Violation.Rule, _ words: String) {
        violations.append(Violation(rule: rule, words: words))
        world.trace.add("VIOLATION", "\(rule.rawValue): \(words)")
    }

    // MARK: - What people do

    func asked(for id: RequestID) { asked[id] = now }

    func left(_ person: String, _ channel: String) { gone["\(person) \(channel)"] = now }

    func decidedElsewhere(_ id: RequestID) { elsewhere[id] = now }

    func clicked(_ decision: Decision, on id: RequestID, by person: String, post: PostReference) -> Int {
        let isGenuine = world.mattermost.post(post)?.card.requestID == id
        let isMember = world.mattermost.channels[post.channelID]?.members.contains(person) == true
        pressed.append(
            PressedButton(
                decision: decision, request: id, person: person, post: post, at: now, isGenuine: isGenuine, isMember: isMember))
        return pressed.count - 1
    }

    func believedForgery(_ action: VerifiedAction) { violation(.forgery, "a forged context was believed: \(action.requestID)") }

    // MARK: - What the plugin does

    func decided(_ decision: Decision, on before: AccessRequest, delegator: String, by replica: String) {
        decisions += 1
        let id = before.id
        let person = People.accounts.first { "mattermost:\($0.email)" == delegator }?.id ?? ""
        let clicks = pressed.indices.filter {
            pressed[$0].request == id && pressed[$0].decision == decision && pressed[$0].person == person
        }
        guard let click = clicks.first(where: { pressed[$0].isGenuine && pressed[$0].isMember }) else {
            return violation(
                .onlyWhoMay, "\(replica) decided \(id) for \(delegator), who pressed no such button or may not decide")
        }
        if decision == .approve, person == before.user { violation(.onlyWhoMay, "\(person) approved their own request \(id)") }
        pressed[click].isDone = true
        if let other = made[id] {
            violation(
                .oneDecision, "\(replica) let \(person) \(decision) \(id), which \(other.person) had decided: \(other.decision)"
            )
        }
        if before.state != .pending, let since = elsewhere[id] {
            longestOverwrite = max(longestOverwrite, now - since)
            if now - since > .seconds(14) {
                violation(.oneDecision, "\(replica) overwrote a decision by tctl of \(now - since) ago")
            }
        }
        made[id] = Made(decision: decision, person: person)
    }

    func posted(_ card: Card, _ reference: PostReference) {
        let asked = asked[card.requestID] ?? now
        let isFirst = firstPosts.insert("\(card.requestID) \(reference.channelID)").inserted
        if isFirst, world.plan.isCalm, now - asked > Self.promptness + world.plan.postingDelay {
            violation(.postedInTime, "\(card.requestID) was posted in \(reference.channelID) after \(now - asked)")
        }
        let others = world.mattermost.posts(about: card.requestID).filter {
            $0.reference.channelID == reference.channelID && $0.reference != reference
        }
        guard !others.isEmpty else { return }
        doubles += 1
        let plan = world.plan
        if plan.chatFaults == 0, plan.teleportFaults == 0, plan.kills == 0, plan.freezes == 0, plan.outages == 0,
            plan.nodes == 1,
            plan.chatLag == .zero, plan.meddling == 0, plan.teleportLag == .zero
        {
            violation(
                .noNeedlessDoubles, "\(card.requestID) was posted twice in \(reference.channelID) although nothing failed")
        }
    }

    func updated(_ reference: PostReference, _ post: SimulatedMattermost.Post, to card: Card) {
        if post.card.requestID != card.requestID {
            violation(.ownPostsOnly, "the post \(reference) of another request was written")
        }
        let wasDecided = ["approved", "denied", "promoted"].contains(post.card.status ?? "")
        if wasDecided, card.status.name == "expired" {
            violation(.finalStateKept, "\(reference) showed a decision and now EXPIRED")
        }
    }

    func removed(_ reference: PostReference, _ post: SimulatedMattermost.Post) {
        guard let id = post.card.requestID else { return }
        let others = world.mattermost.posts(about: id).filter {
            $0.reference.channelID == reference.channelID && $0.reference != reference
        }
        if others.isEmpty { violation(.onlyDoublesRemoved, "the only post of \(id) in \(reference.channelID) was removed") }
    }

    // MARK: - What the plugin says

    func answered(_ number: Int, _ answer: ClickAnswer) {
        pressed[number].answer = answer
        let click = pressed[number]
        if answer.isDecided {
            let isSo = made[click.request].map { $0.decision == click.decision && $0.person == click.person } ?? false
            if !isSo { violation(.truthful, "\(click.person) was told “\(answer.text)”, which is not so") }
        }
    }

    /// Who was told that nothing was decided must not have decided.
    private func judgeAnswers() {
        for click in pressed where click.answer?.text.contains("nothing was decided") == true && click.isDone {
            let twins = pressed.filter {
                $0.request == click.request && $0.person == click.person && $0.decision == click.decision
            }
            if twins.count == 1 {
                violation(.truthful, "\(click.person) was told “\(click.answer?.text ?? "")”, but decided \(click.request)")
            }
        }
    }

    // MARK: - The end

    func judgeEnd() {
        judgeAnswers()
        for id in world.teleport.order { judge(id) }
        // A replica that is to remind people of a request may keep it in its queue for up to an hour.
        let hasReminders = world.plan.reminds
        for replica in world.living where !replica.leftovers.isEmpty && !hasReminders {
            violation(.atRest, "\(replica.machine.name) still holds \(replica.leftovers.joined(separator: ", "))")
        }
    }

    private func judge(_ id: RequestID) {
        let request = world.teleport.request(id)
        let posts = world.mattermost.posts(about: id)
        let fields = world.teleport.pluginData(of: id)
        for channel in world.channelIDs {
            let here = posts.filter { $0.reference.channelID == channel }
            if here.count > 1 { violation(.onePost, "\(id) has \(here.count) posts in \(channel)") }
            let isDeleted = world.mattermost.deletedByPeople(about: id).contains(channel)
            if here.isEmpty, request?.state == .pending, !isDeleted {
                violation(.posted, "\(id) is pending and has no post in \(channel)")
            }
        }
        let expected = request.map(\.state.name) ?? made[id].map { $0.decision.state.name }
        for (reference, post) in posts {
            let shown = post.card.status ?? ""
            let isRight = expected.map { $0 == shown } ?? (shown != "pending")
            if !isRight {
                violation(.shownState, "\(reference) of \(id) shows \(shown), not \(expected ?? "what became of it")")
            }
            let names = post.replies.compactMap(\.name)
            if Set(names).count < names.count { violation(.replyOnce, "\(reference) has a reply twice: \(names)") }
        }
        guard let request else { return }
        if fields[PluginRecord.Key.claim] != nil { violation(.claimReleased, "the claim on posting \(id) is still held") }
        if request.state == .pending, fields[PluginRecord.Key.decision] != nil {
            violation(.claimReleased, "the decision of \(id) is still claimed")
        }
    }
}
