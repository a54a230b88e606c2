package import Access

/// What is known of a request from elsewhere than its own record: found by a sweep, or left by an attempt that did not end well.
/// It is kept until the request is settled, so that nothing found is forgotten and no look begins anew.
package struct RunMemory: Sendable {
    /// How far a channel was looked through for posts that nobody recorded.
    struct Look: Sendable {
        /// Where the next page begins; nil before the first.
        var cursor: PageCursor?
        var pages = 0
        var isDone = false
    }

    /// Cards of the bot's about the request, oldest first, each once.
    private(set) var cards: [PostedCard] = []
    /// A write failed without telling whether it happened.
    var isSuspect = false
    /// When that was last, as the elapsed time.
    var doubtAt: Duration?
    /// The looks under the claim ``claim``.
    var looks: [String: Look] = [:]
    /// From when on a post may exist that nobody recorded.
    var lookSince: Timestamp?
    /// The claim that this process wrote last. While it stands in the record nobody else posted.
    var claim = ""
    /// Another replica took the claim over while this one replied.
    var hasDoubtfulReplies = false
    /// How often the posts of a request that is gone could not be written for something that a person has to mend.
    var goneAttempts = 0
    /// When a post could not be found for the first time, as the elapsed time.
    var missing: [PostReference: Duration] = [:]

    package init() {}

    package mutating func add(_ card: PostedCard) {
        cards.removeAll { $0.reference == card.reference }
        cards.append(card)
    }

    /// Takes in what was found while a run was under way, or before it.
    mutating func merge(_ other: RunMemory) {
        for card in other.cards { add(card) }
        isSuspect = isSuspect || other.isSuspect
        if looks.isEmpty, claim.isEmpty { (looks, lookSince) = (other.looks, other.lookSince) }
    }
}
