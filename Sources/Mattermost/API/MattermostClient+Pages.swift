package import Access

/// The call that reads a channel's posts. It makes the pages smaller when an answer is too large.
extension MattermostClient {
    /// The largest page of posts that is read, in bytes. A post takes up to about 150 KB: a message of 16,383 characters, each
    /// of up to six bytes in JSON, and 8,000 characters of props. The answer may contain its thread's root too, which doubles
    /// that. Reactions come in addition and have no limit, so a page that is too large is requested again with half the posts.
    /// A higher limit would only cost memory.
    static let pageLimit = 8 << 20
    /// The largest page of one or two posts, in bytes. It is higher so that a post with thousands of reactions can be read.
    static let singleLimit = 32 << 20

    /// Returns the next page of the bot's cards. Posts of the last few seconds may be missing, because a replica of the
    /// server's database lags behind, and a post gets its time before it is stored.
    package func cards(
        in channelID: String, by botID: String, from cursor: PageCursor?
    ) async throws(MattermostError) -> CardPage {
        try requireIDs(channelID, in: "GET /channels/{id}/posts")
        var walk = PageWalk(cursor)
        while true {
            do {
                return try await page(of: channelID, by: botID, walk)
            } catch {
                guard error.reason == .tooLarge else { throw await explained(error, channelID) }
                guard let smaller = walk.smaller else { return CardPage(cards: [], next: walk.skippingPost, skipped: 1) }
                walk = smaller
            }
        }
    }

    private func page(of channelID: String, by botID: String, _ walk: PageWalk) async throws(MattermostError) -> CardPage {
        let asked = walk.request
        // Without skipFetchThreads the server adds all replies of each thread to the answer.
        var query = "?per_page=\(asked.size)&skipFetchThreads=true"
        if asked.page > 0 { query += "&page=\(asked.page)" }
        if let before = asked.before { query += "&before=\(before)" }
        let request = APIRequest(.get, "/channels/\(channelID)/posts", query: query, reading: .channelPosts)
        return try await read(request, limit: asked.size <= 2 ? Self.singleLimit : Self.pageLimit) { body in
            guard let list = PostListAnswer(body) else { return nil }
            let step = walk.step(list.rows, hasOlder: list.hasOlder, canGrow: body.count <= Self.pageLimit / 2)
            guard step != .stuck else {
                throw report(on: request).malformed("the channel's posts cannot be read through: they change or repeat")
            }
            return page(list, step, of: channelID, by: botID)
        }
    }

    private func page(_ list: PostListAnswer, _ step: PageWalk.Step, of channelID: String, by botID: String) -> CardPage {
        let cards = list.order.compactMap { list.posts[$0] }
            .filter { $0.userID == botID && $0.channelID == channelID && !$0.isDeleted }
            .compactMap(\.card)
        let oldest = list.rows.compactMap(\.created).min().map(Timestamp.init(bounding:))
        guard case .next(let next) = step else { return CardPage(cards: cards, oldest: oldest) }
        return CardPage(cards: cards, next: next, oldest: oldest)
    }
}
