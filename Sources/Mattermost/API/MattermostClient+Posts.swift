package import Access
internal import Base

/// The calls that make, read, change and remove posts. ``ChatService`` documents them.
extension MattermostClient {
    package func createPost(
        _ card: Card, in channelID: String, pendingPostID: String
    ) async throws(MattermostError) -> PostReference {
        try requireIDs(channelID, in: "POST /posts")
        let body = JSONPiece.post(card, in: channelID, pendingPostID: pendingPostID)
        do {
            return try await read(APIRequest(.post, "/posts", body, as: .createPost)) { PostAnswer($0)?.reference }
        } catch {
            throw await explained(error, channelID)
        }
    }

    /// Posts a reply in the post's thread. It fails with the reason ``MattermostError/Reason/postMissing`` when the post was
    /// deleted.
    package func reply(
        _ reply: ThreadReply, to post: PostReference, pendingPostID: String
    ) async throws(MattermostError) {
        try requireIDs(post.channelID, post.postID, in: "POST /posts")
        let request = APIRequest(.post, "/posts", .reply(reply, to: post, pendingPostID: pendingPostID), as: .reply)
        do {
            _ = try await read(request) { PostAnswer($0) }
        } catch {
            throw error.reason == .postMissing ? await explained(error, of: post) : await explained(error, post.channelID)
        }
    }

    package func send(_ text: String, in channelID: String, pendingPostID: String) async throws(MattermostError) {
        try requireIDs(channelID, in: "POST /posts")
        let body = JSONPiece.message(text, in: channelID, pendingPostID: pendingPostID)
        do {
            _ = try await read(APIRequest(.post, "/posts", body, as: .sendMessage)) { PostAnswer($0) }
        } catch {
            throw await explained(error, channelID)
        }
    }

    package func replies(to post: PostReference, by botID: String) async throws(MattermostError) -> [PostedReply]? {
        guard MattermostName.isID(post.postID) else { return nil }
        let thread: PostListAnswer
        do {
            thread = try await read(APIRequest(.get, "/posts/\(post.postID)/thread", reading: .thread)) { PostListAnswer($0) }
        } catch {
            guard error.reason == .postMissing else { throw error }
            return nil
        }
        guard let root = thread.posts[post.postID], !root.isDeleted else { return nil }
        // The replies are sorted by time and not by `order`, because newer servers have reversed it.
        return thread.posts.values
            .filter { $0.id != post.postID && $0.userID == botID && !$0.isDeleted }
            .sorted { ($0.created ?? 0, $0.id) < ($1.created ?? 0, $1.id) }
            .compactMap(\.reply)
    }

    package func updatePost(_ post: PostReference, to card: Card) async throws(MattermostError) {
        try requireIDs(post.postID, in: "PUT /posts/{id}/patch")
        let request = APIRequest(.put, "/posts/\(post.postID)/patch", .post(card), as: .updatePost)
        do {
            _ = try await read(request) { PostAnswer($0) }
        } catch {
            throw await explained(error, of: post)
        }
    }

    package func deletePost(_ post: PostReference) async throws(MattermostError) {
        try requireIDs(post.postID, in: "DELETE /posts/{id}")
        do {
            _ = try await send(APIRequest(.delete, "/posts/\(post.postID)", as: .deletePost), expecting: StatusAnswer.self)
        } catch {
            let explained = await explained(error, of: post)
            guard explained.reason == .postMissing else { throw explained }
        }
    }

    package func post(_ post: PostReference) async throws(MattermostError) -> PostedCard? {
        guard MattermostName.isID(post.postID) else { return nil }
        do {
            let answer = try await answer(on: post)
            return answer.isDeleted ? nil : answer.shown
        } catch {
            // Another 404 comes from a proxy or is about the channel, so it does not show that the post is gone.
            guard error.reason == .postMissing else { throw error }
            return nil
        }
    }

    func answer(on post: PostReference) async throws(MattermostError) -> PostAnswer {
        try requireIDs(post.postID, in: "GET /posts/{id}")
        return try await read(APIRequest(.get, "/posts/\(post.postID)", reading: .post)) { PostAnswer($0) }
    }
}
