package import Access

extension MattermostClient {
    package func createPost(
        _ card: Card, in channelID: String, pendingPostID: String
    ) async throws(MattermostError) -> PostReference {
        try requireIDs(channelID, in: "POST /posts")
        let body = PostBody(channelID: channelID, props: PostProps(card), pendingPostID: pendingPostID)
        return try await send(APIRequest(.post, "/posts", body), expecting: PostAnswer.self).reference
    }

    package func reply(
        _ reply: ThreadReply, to post: PostReference, pendingPostID: String
    ) async throws(MattermostError) {
        try requireIDs(post.channelID, post.postID, in: "POST /posts")
        let request = try APIRequest(.post, "/posts", ReplyBody(reply, to: post, pendingPostID: pendingPostID))
        _ = try await send(request, expecting: PostAnswer.self)
    }

    package func replies(to post: PostReference, by botID: String) async throws(MattermostError) -> [PostedReply]? {
        let thread: PostListAnswer
        do {
            try requireIDs(post.postID, in: "GET /posts/{id}/thread")
            thread = try await send(APIRequest(.get, "/posts/\(post.postID)/thread"), expecting: PostListAnswer.self)
        } catch {
            guard error.code == .notFound else { throw error }
            return nil
        }
        guard let root = thread.posts[post.postID], !root.isDeleted else { return nil }
        // By time and not by `order`, which newer servers turn round.
        return thread.posts.values
            .filter { $0.id != post.postID && $0.userID == botID && !$0.isDeleted && $0.props?.reply != nil }
            .sorted { ($0.createAt ?? 0, $0.id) < ($1.createAt ?? 0, $1.id) }
            .map(\.reply)
    }

    package func updatePost(_ post: PostReference, to card: Card) async throws(MattermostError) {
        try requireIDs(post.postID, in: "PUT /posts/{id}/patch")
        let request = try APIRequest(.put, "/posts/\(post.postID)/patch", PostBody(props: PostProps(card)))
        _ = try await send(request, expecting: PostAnswer.self)
    }

    package func deletePost(_ post: PostReference) async throws(MattermostError) {
        try requireIDs(post.postID, in: "DELETE /posts/{id}")
        do {
            _ = try await send(APIRequest(.delete, "/posts/\(post.postID)"), expecting: StatusAnswer.self)
        } catch {
            // The server refuses to delete what it cannot find.
            guard error.code == .notFound || error.code == .forbidden, try await self.post(post) == nil else { throw error }
        }
    }

    package func post(_ post: PostReference) async throws(MattermostError) -> PostedCard? {
        do {
            try requireIDs(post.postID, in: "GET /posts/{id}")
            let answer = try await send(APIRequest(.get, "/posts/\(post.postID)"), expecting: PostAnswer.self)
            return answer.isDeleted ? nil : answer.card
        } catch {
            guard error.code == .notFound else { throw error }
            return nil
        }
    }

    package func cards(
        in channelID: String, by botID: String, from cursor: PageCursor?
    ) async throws(MattermostError) -> CardPage {
        try requireIDs(channelID, in: "GET /channels/{id}/posts")
        let size = cursor?.size ?? 100
        let page = try await page(of: channelID, size: size, before: cursor?.before)
        let posts = page.order.compactMap { page.posts[$0] }
        let cards = posts.filter { $0.userID == botID && !$0.isDeleted && $0.props?.teleport != nil }.map(\.card)
        let oldest = posts.last?.createAt
        let anchor = posts.last { ($0.createAt ?? .min) > oldest ?? .max }?.id ?? posts.last?.id
        let isLast = page.order.count < size || anchor == cursor?.before
        return CardPage(
            cards: cards, next: isLast ? nil : PageCursor(before: anchor, size: size),
            oldest: oldest.map(Timestamp.init(milliseconds:)))
    }

    private func page(
        of channelID: String, size: Int, before: String?
    ) async throws(MattermostError) -> PostListAnswer {
        let query = "?per_page=\(size)" + (before.map { "&before=\($0)" } ?? "")
        return try await send(
            APIRequest(.get, "/channels/\(channelID)/posts", query: query), expecting: PostListAnswer.self)
    }
}
