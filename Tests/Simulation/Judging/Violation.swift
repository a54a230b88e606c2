/// Something that must not happen, or that did not come right.
struct Violation: CustomStringConvertible {
    /// The rules, by which a failure is recognized again when its story is made shorter.
    enum Rule: String {
        case oneDecision, onlyWhoMay, forgery, ownPostsOnly, finalStateKept, nothingUntrueShown, onlyDoublesRemoved
        case noNeedlessDoubles, claimRespected, underClaim, oneReviewEach, inTime
        case truthful, clickDecides, posted, postedInTime, told, replyOnce
        case onePost, shownState, shownContent, claimReleased, atRest
    }

    var rule: Rule
    var words: String

    var description: String { "\(rule.rawValue): \(words)" }
}
