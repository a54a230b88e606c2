package import Access

/// Holds what is known about a request from other sources than its record: cards that a sweep found, and what a run that did
/// not settle the request has left. It is kept until the request is settled, so that nothing found is forgotten and no look
/// through a channel starts over.
package struct RunMemory: Sendable {
    /// The progress of looking through a channel for posts that nobody recorded.
    struct Look: Sendable {
        /// The position of the next page. This is nil before the first page.
        var cursor: PageCursor?
        var pages = 0
        var isDone = false
    }

    /// The request as a sweep has listed it, if it listed no record of it. It saves the first run two calls.
    var listed: ListedRequest?
    /// The bot's cards about the request, oldest first, each only once.
    private(set) var cards: [PostedCard] = []
    /// Whether a write failed without telling whether it happened.
    var isSuspect = false
    /// The elapsed time of the last such write. This is nil if the outcome of every write is known.
    var doubtAt: Duration?
    /// The looks through channels by channel id. They are valid only under the claim ``claim``.
    var looks: [String: Look] = [:]
    /// The earliest time at which a post may have been made that nobody recorded.
    var lookSince: Timestamp?
    /// The claim that this process wrote last. While the record holds it, no other replica has posted.
    var claim = ""
    /// The names of the replies that this process made in the posts' threads and may not have recorded. A read of a thread may
    /// lag behind them.
    var replied: [PostReference: Set<String>] = [:]
    /// Whether another replica took the claim over while this one was replying.
    var hasDoubtfulReplies = false
    /// The statuses that this process wrote into posts and that no write to the record has confirmed.
    var unconfirmed: [PostReference: String] = [:]
    /// The number of times that the posts of a request that is gone could not be written because a person has to mend
    /// something.
    var goneAttempts = 0
    /// The elapsed time at which a post could not be found for the first time, by post.
    var missing: [PostReference: Duration] = [:]

    /// The elapsed time of the first run over the request.
    var firstRun: Duration?

    package init() {}

    init(_ listed: ListedRequest) { self.listed = listed }

    /// Adds a card as the newest one. A card of the same post is replaced.
    package mutating func add(_ card: PostedCard) {
        cards.removeAll { $0.reference == card.reference }
        cards.append(card)
    }

    /// Forgets what a post showed, so that the post is read before it is written again.
    mutating func forget(_ post: PostReference) { cards.removeAll { $0.reference == post } }

    /// Adds what a sweep has found since.
    mutating func add(_ found: RunMemory) {
        for card in found.cards { add(card) }
        listed = found.listed ?? listed
        isSuspect = isSuspect || found.isSuspect
        if looks.isEmpty, claim.isEmpty { (looks, lookSince) = (found.looks, found.lookSince) }
    }

    /// Adds what a sweep found while the run was in progress that has left this memory. What the run saw or wrote counts more.
    mutating func add(foundMeanwhile found: RunMemory) {
        let own = cards
        add(found)
        for card in own { add(card) }
    }
}
