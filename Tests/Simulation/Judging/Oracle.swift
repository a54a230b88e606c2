import Access
import ActionCrypto
import Clicks

/// Knows what is true in a world, and judges everything that the plugin does and says by it.
///
/// What must never happen is judged at the moment when it happens; what must become right in the end is judged after the quiet.
final class Oracle: @unchecked Sendable {
    /// A button that somebody pressed.
    struct Press {
        var decision: Decision
        var request: RequestID
        var person: Person
        /// Whether the post is one of the request's.
        var isGenuine: Bool
        var isMember: Bool
        /// When the button was pressed.
        var at: Timestamp
        var answer: ClickAnswer?
        /// Whether the plugin did what the button says.
        var isDone = false
    }

    struct Made {
        var decision: Decision
        var person: Person
        var replica: String
        /// Whether the replica has heard that the decision was made.
        var isKnown = false
    }

    private(set) var violations: [Violation] = []
    /// The number of posts that were made although the channel had one, and that were removed again.
    var doubles = 0
    /// The longest time between a decision by `tctl` and one of the plugin's that overwrote it.
    var longestOverwrite = Duration.zero
    var decisions = 0
    /// The number of decisions by proofs that were used before at another replica, and the oldest such proof.
    var replays: (count: Int, longest: Duration) = (0, .zero)
    var asked: [RequestID: Duration] = [:]
    var firstPosts: Set<String> = []
    var pressed: [Press] = []
    /// The decisions that the plugin made.
    var made: [RequestID: Made] = [:]
    var elsewhere: [RequestID: Duration] = [:]
    /// When a click's claim on the decision was written last.
    var decisionClaimed: [RequestID: Duration] = [:]
    /// When the claims of a record were written last.
    var claimWritten: [RequestID: [Purpose: Duration]] = [:]
    /// The people whose reviews were counted, and when.
    var reviewers: [RequestID: [String: Duration]] = [:]
    /// What forgers did that the plugin cannot tell from a click.
    var replayed: [(decision: Decision, request: RequestID, person: Person, clicked: Duration)] = []
    unowned let world: World

    init(_ world: World) { self.world = world }

    var now: Duration { world.scheduler.now }

    func violation(_ rule: Violation.Rule, _ words: String) {
        violations.append(Violation(rule: rule, words: words))
        world.trace.add("VIOLATION", "\(rule.rawValue): \(words)")
    }

    // MARK: - What people do

    func asked(for id: RequestID) { asked[id] = now }

    func decidedElsewhere(_ id: RequestID) { elsewhere[id] = now }

    func clicked(_ decision: Decision, on id: RequestID, by person: Person, post: PostReference) -> Int {
        let isGenuine = world.mattermost.post(post)?.card.requestID == id
        let isMember = world.mattermost.channels[post.channelID]?.members.contains(person.id) == true
        pressed.append(
            Press(
                decision: decision, request: id, person: person, isGenuine: isGenuine, isMember: isMember, at: world.wallTime))
        return pressed.count - 1
    }

    func believedForgery(_ action: VerifiedAction) { violation(.forgery, "a forged context was believed: \(action.requestID)") }

    /// Notes a forged click whose proof was used at another replica.
    func replayed(_ decision: Decision, of id: RequestID, as person: Person, of clicked: Duration) {
        replayed.append((decision, id, person, clicked))
    }
}
