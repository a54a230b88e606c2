/// The bot's cards on one page of a channel's posts.
package struct CardPage: Equatable, Sendable {
    /// The bot's cards, newest first.
    package var cards: [PostedCard]
    /// The beginning of the next page; nil at the channel's first post.
    package var next: PageCursor?
    /// The time at which the page's oldest post was made, by anybody; nil for an empty page.
    package var oldest: Timestamp?
    /// The number of posts that were left out because they are too large to be read, even one at a time. Nothing is known of
    /// them.
    package var skipped: Int

    package init(cards: [PostedCard], next: PageCursor? = nil, oldest: Timestamp? = nil, skipped: Int = 0) {
        self.cards = cards
        self.next = next
        self.oldest = oldest
        self.skipped = skipped
    }
}

/// The beginning of a page of a channel's posts. It is opaque: only the client that made a cursor uses what is in it.
package struct PageCursor: Equatable, Sendable {
    /// A post that was read.
    package struct Row: Equatable, Sendable {
        package var id: String
        /// The time at which the post was made, in milliseconds since 1970 by the server's clock; nil if the post does not
        /// tell.
        package var created: Int64?

        package init(id: String, created: Int64?) {
            self.id = id
            self.created = created
        }
    }

    /// The page has the posts that are older than this one. If nil, it begins with the channel's newest post.
    package var before: Row?
    /// The number of these posts that were read already.
    package var offset = 0
    /// The last posts that were read, newest first. The client keeps all of them, or as many as are useful.
    package var tail: [Row] = []
    /// The number of posts to ask for.
    package var size: Int
    /// The number of times that reading began again because posts had changed meanwhile.
    package var restarts = 0

    package init(size: Int) { self.size = size }
}

extension ChatService {
    /// Returns the bot's own cards in the channel, newest first and each once. It reads the channel's posts since a moment, at
    /// most about `limit` of them.
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
