/// What one page of a channel's posts holds of the bot's.
package struct CardPage: Equatable, Sendable {
    /// The bot's cards, newest first.
    package var cards: [PostedCard]
    /// Where the next page begins; nil at the channel's first post.
    package var next: PageCursor?
    /// When the oldest post of the page was made, whoever's it is; nil for an empty page.
    package var oldest: Timestamp?

    package init(cards: [PostedCard], next: PageCursor? = nil, oldest: Timestamp? = nil) {
        self.cards = cards
        self.next = next
        self.oldest = oldest
    }
}

/// Where a page of a channel's posts begins. Only the client that made it knows what is in it.
package struct PageCursor: Equatable, Sendable {
    /// The page holds posts that are older than this one; nil: from the channel's newest.
    package var before: String?
    /// How many of those posts are known already.
    package var offset: Int
    /// How many posts to ask for.
    package var size: Int

    package init(before: String? = nil, offset: Int = 0, size: Int) {
        self.before = before
        self.offset = offset
        self.size = size
    }
}

extension ChatService {
    /// The bot's own cards in the channel, newest first, each once: among its posts since a moment, at most about `limit` posts.
    package func recentCards(
        in channelID: String, by botID: String, since: Timestamp, limit: Int
    ) async throws(MattermostError) -> [PostedCard] {
        var found: [PostedCard] = []
        var seen: Set<PostReference> = []
        var cursor: PageCursor?
        for _ in 0..<max(1, (limit + 99) / 100) {
            let page = try await cards(in: channelID, by: botID, from: cursor)
            found += page.cards.filter { seen.insert($0.reference).inserted }
            guard let next = page.next, page.oldest.map({ $0 >= since }) ?? true else { break }
            cursor = next
        }
        return found
    }
}
