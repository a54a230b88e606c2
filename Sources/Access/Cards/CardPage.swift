/// The bot's cards on one page of a channel's posts.
package struct CardPage: Equatable, Sendable {
    /// The bot's cards, newest first.
    package var cards: [PostedCard]
    /// Where the next page begins; nil at the channel's first post.
    package var next: PageCursor?
    /// When the oldest post of the page was made, whoever's it is; nil for an empty page.
    package var oldest: Timestamp?
    /// Posts that are too large to be read even alone, and were left out. Nothing is known of them.
    package var skipped: Int

    package init(cards: [PostedCard], next: PageCursor? = nil, oldest: Timestamp? = nil, skipped: Int = 0) {
        self.cards = cards
        self.next = next
        self.oldest = oldest
        self.skipped = skipped
    }
}

/// Where a page of a channel's posts begins. Opaque: only the client that made it knows what is in it.
package struct PageCursor: Equatable, Sendable {
    package struct Row: Equatable, Sendable {
        package var id: String
        /// Milliseconds since 1970 by the server's clock; nil if the post does not tell.
        package var created: Int64?

        package init(id: String, created: Int64?) {
            self.id = id
            self.created = created
        }
    }

    /// The page holds posts that are older than this one; nil: from the channel's newest.
    package var before: Row?
    /// How many of those posts were read already.
    package var offset = 0
    /// The last of these, newest first: all of them, or as many as are worth keeping.
    package var tail: [Row] = []
    /// How many posts to ask for.
    package var size: Int
    /// How often posts changed under the reading, so that it began again.
    package var restarts = 0

    package init(size: Int) { self.size = size }
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
