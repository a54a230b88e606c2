extension ChatState {
    /// The server's limits, in characters (`model/post.go`).
    private static let messageLimit = 16_383
    private static let propsLimit = 8_000
    /// How long the server remembers a `pending_post_id`, in milliseconds (`app.PendingPostIDsCacheTTL`).
    private static let pendingLifetime: Int64 = 30_000

    /// A post that was created, or found again by its `pending_post_id`.
    package struct Created: Sendable {
        package var post: ChatPost
        package var isRepeat: Bool
        package var replyCount: Int
    }

    package mutating func createPost(_ body: JSON, by author: ChatAccount, now: Int64) throws(AppError) -> Created {
        let channelID = body["channel_id"]?.text ?? ""
        guard let channel = channels.first(where: { $0.id == channelID }),
            channel.members.contains(author.id) || author.roles.split(separator: " ").contains("system_post_all")
        else { throw .forbidden }
        let pendingID = body["pending_post_id"]?.text ?? ""
        if let known = pending[pendingID], known.until > now, let post = posts.first(where: { $0.id == known.postID }) {
            return Created(post: post, isRepeat: true, replyCount: 0)
        }
        let rootID = body["root_id"]?.text ?? ""
        guard rootID.isEmpty || posts.contains(where: { $0.id == rootID && $0.channelID == channelID }) else {
            throw .badRootID
        }
        var props = try Self.checked(props: body["props"], message: body["message"]?.text ?? "")
        if author.isBot { props["from_bot"] = "true" }
        let moment = moment(now)
        let post = ChatPost(
            createAt: moment, updateAt: moment, userID: author.id, channelID: channelID, rootID: rootID,
            message: body["message"]?.text ?? "", props: props.sortedByName)
        posts.append(post)
        if !pendingID.isEmpty { pending[pendingID] = PendingPost(postID: post.id, until: now + Self.pendingLifetime) }
        return Created(post: post, isRepeat: false, replyCount: rootID.isEmpty ? 0 : touchRoot(rootID, at: moment))
    }

    package func post(_ id: String, readableBy userID: String) throws(AppError) -> ChatPost {
        guard Identifier.isValid(id) else { throw .badURLParameter("post_id") }
        guard let post = posts.first(where: { $0.id == id }) else { throw .noSuchPost }
        guard let channel = channels.first(where: { $0.id == post.channelID }),
            channel.kind == .open || channel.members.contains(userID)
        else { throw .forbidden }
        return post
    }

    /// `PUT posts/{id}`: message and props become what the body has, or nothing.
    package mutating func updatePost(_ id: String, _ body: JSON, by userID: String, now: Int64) throws(AppError) -> ChatPost {
        guard body["id"]?.text == id else { throw .badBodyParameter("id") }
        try mayEdit(id, userID)
        return try replacePost(id, message: body["message"]?.text ?? "", props: body["props"], now: now)
    }

    /// `PUT posts/{id}/patch`: what the body lacks stays.
    package mutating func patchPost(_ id: String, _ body: JSON, by userID: String, now: Int64) throws(AppError) -> ChatPost {
        let old = try mayEdit(id, userID)
        return try replacePost(id, message: body["message"]?.text ?? old.message, props: body["props"] ?? old.props, now: now)
    }

    /// Replaces message and props whole (`app.UpdatePost`): `from_bot` is gone unless it is sent again.
    mutating func replacePost(_ id: String, message: String, props: JSON?, now: Int64) throws(AppError) -> ChatPost {
        guard let index = posts.firstIndex(where: { $0.id == id }) else { throw .noSuchPost }
        let props = try Self.checked(props: props, message: message)
        let moment = moment(now)
        let isEdit = posts[index].message != message || posts[index].props["attachments"] != props["attachments"]
        posts[index].message = message
        posts[index].props = props
        posts[index].updateAt = moment
        if isEdit { posts[index].editAt = moment }
        return posts[index]
    }

    /// `DELETE posts/{id}`: one's own.
    package mutating func deletePost(_ id: String, by userID: String) throws(AppError) {
        try mayEdit(id, userID)
        deletePost(id)
    }

    /// Deletes the post and the replies to it.
    package mutating func deletePost(_ id: String) {
        posts.removeAll { $0.id == id || $0.rootID == id }
    }

    @discardableResult
    private func mayEdit(_ id: String, _ userID: String) throws(AppError) -> ChatPost {
        guard let post = posts.first(where: { $0.id == id }), post.userID == userID,
            channels.contains(where: { $0.id == post.channelID && $0.members.contains(userID) })
        else { throw .forbidden }
        return post
    }

    /// A reply moves its root's `update_at`, not its `edit_at`. Returns the number of replies.
    private mutating func touchRoot(_ rootID: String, at moment: Int64) -> Int {
        if let root = posts.firstIndex(where: { $0.id == rootID }) { posts[root].updateAt = moment }
        return posts.count { $0.rootID == rootID }
    }

    private static func checked(props: JSON?, message: String) throws(AppError) -> JSON {
        guard message.unicodeScalars.count <= messageLimit else { throw .messageTooLong }
        let props = Attachments.withActionIDs(props?.members == nil ? [:] : props ?? [:])
        guard String(decoding: props.goEncoded, as: UTF8.self).unicodeScalars.count <= propsLimit else { throw .propsTooLong }
        return props
    }
}

extension JSON {
    /// An object in the order of a Go map.
    var sortedByName: JSON {
        guard let members else { return self }
        return .object(members.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) })
    }
}
