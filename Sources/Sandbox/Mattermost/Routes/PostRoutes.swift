import Hummingbird

/// The calls under `/api/v4/posts/`.
struct PostRoutes: Sendable {
    let world: ChatWorld
    let clicker: Clicker

    func add(to router: RouterGroup<ChatContext>) {
        let posts = router.group("posts")
        posts.post(use: create)
        posts.get(":post_id") { request, context in
            let me = try context.caller()
            let id = try context.parameter("post_id")
            let post = try world.read { state throws(AppError) in try state.post(id, readableBy: me.id, at: world.now) }
            return request.answer(post.shape(), etag: post.etag)
        }
        posts.get(":post_id/thread") { _, context in
            let me = try context.caller()
            let id = try context.parameter("post_id")
            return try world.read { state throws(AppError) in
                try state.thread(of: id, readableBy: me.id, at: world.now)
            }.response()
        }
        posts.delete(":post_id") { _, context in
            let me = try context.caller()
            let id = try context.parameter("post_id")
            try world.change { state, now throws(AppError) in try state.deletePost(id, by: me.id, now: now) }
            let answer: JSON = ["status": "OK"]
            return answer.response()
        }
        posts.put(":post_id") { request, context in
            try await edit(request, context) { state, id, body, userID, now throws(AppError) in
                try state.updatePost(id, body, by: userID, now: now)
            }
        }
        posts.put(":post_id/patch") { request, context in
            try await edit(request, context) { state, id, body, userID, now throws(AppError) in
                try state.patchPost(id, body, by: userID, now: now)
            }
        }
        posts.post(":post_id/actions/:action_id") { _, context in
            let me = try context.caller()
            let (postID, actionID) = (try context.parameter("post_id"), try context.parameter("action_id"))
            let clientID = try await clicker.click(actionID, on: postID, by: me.id)
            let answer: JSON = ["status": "OK", "trigger_id": .string(clientID)]
            return answer.response()
        }
        // Refused for everybody: a bot with post:all lacks the permission, and no other account of the sandbox has it.
        posts.post("ephemeral") { _, context -> Response in
            _ = try context.caller()
            throw AppError.forbidden
        }
    }

    @Sendable
    private func create(_ request: Request, _ context: ChatContext) async throws -> Response {
        let me = try context.caller()
        let body = try await request.json("post")
        let created = try world.change { state, now throws(AppError) in
            try state.createPost(body, by: me, now: now, node: context.node)
        }
        let pendingID = created.isRepeat ? "" : body["pending_post_id"]?.text ?? ""
        let shape = created.post.shape(
            pendingID: pendingID, replyCount: created.replyCount, hasMetadata: !created.isRepeat)
        return shape.response(.created)
    }

    private typealias Edit = (inout ChatState, String, JSON, String, Int64) throws(AppError) -> ChatPost

    private func edit(_ request: Request, _ context: ChatContext, _ change: Edit) async throws -> Response {
        let me = try context.caller()
        let id = try context.parameter("post_id")
        let body = try await request.json("post")
        return try world.change { state, now throws(AppError) in try change(&state, id, body, me.id, now) }
            .shape().response()
    }
}
