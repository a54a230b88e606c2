extension ChatState {
    /// The server's limits, in characters (`model/post.go`).
    private static let messageLimit = 16_383
    private static let propsLimit = 8_000
    /// The time for which the server remembers a `pending_post_id`, in milliseconds (`app.PendingPostIDsCacheTTL`).
    private static let pendingLifetime: Int64 = 30_000

    /// The result of a call that creates a post: a new post, or the earlier one with the same `pending_post_id`.
    package struct Created: Sendable {
        package var post: ChatPost
        package var isRepeat: Bool
        package var replyCount: Int
    }

    /// - Parameters:
    ///   - node: the number of the node that answers. Each node remembers only its own `pending_post_id`s.
    ///   - id: nil for a new id.
    package mutating func createPost(
        _ body: JSON, by author: ChatAccount, now: Int64, node: Int = 0, id: String = Identifier.make()
    ) throws(AppError) -> Created {
        let channelID = body["channel_id"]?.text ?? ""
        guard let channel = channels.first(where: { $0.id == channelID }),
            channel.members.contains(author.id) || author.roles.split(separator: " ").contains("system_post_all")
        else { throw .forbidden }
        guard !channel.isArchived else { throw .postInArchivedChannel }
        let pendingID = body["pending_post_id"]?.text ?? ""
        if let known = pending[node]?[pendingID], known.until > now {
            guard let post = stored(known.postID, at: now) else { throw .repeatedPostGone }
            return Created(post: post, isRepeat: true, replyCount: 0)
        }
        let rootID = body["root_id"]?.text ?? ""
        if !rootID.isEmpty {
            guard let root = table[rootID], root.rootID.isEmpty else { throw .badRootID }
            guard root.channelID == channelID else { throw .badRootChannel }
        }
        var props = try Self.checked(props: body["props"], message: body["message"]?.text ?? "")
        if author.isBot { props["from_bot"] = "true" }
        let moment = moment(now)
        let post = ChatPost(
            id: id, createAt: moment, updateAt: moment, userID: author.id, channelID: channelID, rootID: rootID,
            message: body["message"]?.text ?? "", props: props.sortedByName)
        table.insert(post, at: now)
        if !pendingID.isEmpty { remember(pendingID, for: post.id, on: node, now: now) }
        if !rootID.isEmpty { table.update(rootID, at: now) { $0.updateAt = moment } }
        return Created(post: post, isRepeat: false, replyCount: rootID.isEmpty ? 0 : table.replies(to: rootID).count)
    }

    private mutating func remember(_ pendingID: String, for postID: String, on node: Int, now: Int64) {
        pending[node, default: [:]][pendingID] = PendingPost(postID: postID, until: now + Self.pendingLifetime)
    }

    /// - Parameter now: the time, for a replica that lags behind. By default the replica has all posts.
    package func post(_ id: String, readableBy userID: String, at now: Int64 = .max) throws(AppError) -> ChatPost {
        guard Identifier.isValid(id) else { throw .badURLParameter("post_id") }
        guard let post = table.seen(at: now)[id] else { throw .noSuchPost }
        guard let channel = channels.first(where: { $0.id == post.channelID }),
            channel.kind == .open || channel.members.contains(userID), !(channel.isArchived && hidesArchivedPosts)
        else { throw .forbidden }
        return post
    }

    /// Answers `PUT posts/{id}`. Message and props are replaced by those in the body, or become empty.
    package mutating func updatePost(_ id: String, _ body: JSON, by userID: String, now: Int64) throws(AppError) -> ChatPost {
        guard body["id"]?.text == id else { throw .badBodyParameter("id") }
        try mayChange(id, userID, .editOwnPosts, now)
        return try replacePost(id, message: body["message"]?.text ?? "", props: body["props"], now: now)
    }

    /// Answers `PUT posts/{id}/patch`. Fields that are absent from the body are not changed.
    package mutating func patchPost(_ id: String, _ body: JSON, by userID: String, now: Int64) throws(AppError) -> ChatPost {
        let old = try mayChange(id, userID, .editOwnPosts, now)
        guard !isArchived(old.channelID) else { throw .patchInArchivedChannel }
        return try replacePost(id, message: body["message"]?.text ?? old.message, props: body["props"] ?? old.props, now: now)
    }

    /// Replaces message and props (`app.UpdatePost`). The prop `from_bot` is lost unless it is sent again.
    mutating func replacePost(_ id: String, message: String, props: JSON?, now: Int64) throws(AppError) -> ChatPost {
        guard let old = stored(id, at: now) else { throw .noSuchPost }
        guard !isArchived(old.channelID) else { throw .updateInArchivedChannel }
        let props = try Self.checked(props: props, message: message)
        let moment = moment(now)
        let isEdit = old.message != message || old.props["attachments"] != props["attachments"]
        table.update(id, at: now) { post in
            (post.message, post.props, post.updateAt) = (message, props, moment)
            if isEdit { post.editAt = moment }
        }
        return table[id] ?? old
    }

    /// Answers `DELETE posts/{id}`. Users can delete their own posts only.
    package mutating func deletePost(_ id: String, by userID: String, now: Int64) throws(AppError) {
        let post = try mayChange(id, userID, .deleteOwnPosts, now)
        guard !isArchived(post.channelID) else { throw .deleteInArchivedChannel }
        deletePost(id, now: now)
    }

    /// Deletes a post and the replies to it.
    package mutating func deletePost(_ id: String, now: Int64 = ChatWorld.systemTime()) {
        let moment = moment(now)
        for reply in table.replies(to: id) { table.delete(reply.id, at: moment) }
        table.delete(id, at: moment)
    }

    /// Returns the post as it is read by a call before it writes.
    private func stored(_ id: String, at now: Int64) -> ChatPost? {
        writesReadReplica ? table.seen(at: now)[id] : table[id]
    }

    private func isArchived(_ channelID: String) -> Bool { channels.contains { $0.id == channelID && $0.isArchived } }

    @discardableResult
    private func mayChange(_ id: String, _ userID: String, _ right: ChatRight, _ now: Int64) throws(AppError) -> ChatPost {
        guard let post = stored(id, at: now), post.userID == userID, !withheld.contains(right),
            channels.contains(where: { $0.id == post.channelID && $0.members.contains(userID) })
        else { throw .forbidden }
        return post
    }

    private static func checked(props: JSON?, message: String) throws(AppError) -> JSON {
        guard message.unicodeScalars.count <= messageLimit else { throw .messageTooLong }
        let props = Attachments.withActionIDs(props?.members == nil ? [:] : props ?? [:])
        guard String(decoding: props.goEncoded, as: UTF8.self).unicodeScalars.count <= propsLimit else { throw .propsTooLong }
        return props
    }
}

extension JSON {
    /// The object with its members in the order of a Go map, which is sorted by name.
    var sortedByName: JSON {
        guard let members else { return self }
        return .object(members.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) })
    }
}
