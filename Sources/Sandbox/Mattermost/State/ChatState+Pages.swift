extension ChatState {
    /// The part of a channel's posts that a call asks for.
    package struct Page: Sendable {
        package var size: Int
        package var number: Int
        /// The id of a post. Only posts of an earlier millisecond are selected; other posts of the same millisecond are left
        /// out.
        package var before: String?
        /// The id of a post. Only posts of a later millisecond are selected.
        package var after: String?
        /// A time in milliseconds. Only posts that were changed or deleted after it are selected. When it is positive, the
        /// other parameters are ignored.
        package var since: Int64

        /// Applies the server's defaults and limits (`web/params.go`).
        package init(
            size: Int? = nil, number: Int? = nil, before: String? = nil, after: String? = nil, since: Int64 = 0
        ) {
            self.size = size.map { $0 < 0 ? 60 : min($0, 200) } ?? 60
            self.number = min(max(number ?? 0, 0), 1_000_000)
            (self.before, self.after, self.since) = (before, after, since)
        }
    }

    /// Answers `GET channels/{id}/posts`: the posts, newest first. The threads of listed posts are included without being in
    /// `order`.
    ///
    /// - Parameter now: the time, for a replica that lags behind. By default the replica has all posts.
    package func page(_ page: Page, of channel: ChatChannel, at now: Int64 = .max) throws(AppError) -> JSON {
        for (name, id) in [("after", page.after), ("before", page.before)] {
            if let id, !Identifier.isValid(id) { throw .badBodyParameter(name) }
        }
        let table = table.seen(at: now)
        let posts = table.posts(in: channel.id)
        guard page.since <= 0 else { return Self.changes(since: page.since, in: channel, table) }
        let listed = Self.listed(page, table, posts.keys, posts)
        let (next, previous) = Self.neighbours(of: listed, page, posts)
        let ids = Set(listed.map(\.id))
        let shown = listed + Self.threads(of: listed, page, table).filter { !ids.contains($0.id) }
        return Self.list(listed.map(\.id), shown, next: next, previous: previous)
    }

    /// Selects posts like `SqlPostStore.getRootPosts` and `getPostsAround`. The second compares only times.
    private static func listed(_ page: Page, _ table: PostTable, _ keys: [ChannelPosts.Key], _ posts: ChannelPosts)
        -> [ChatPost]
    {
        let skipped = page.number * page.size
        let range: Range<Int>
        if let after = page.after {
            guard let time = table.createAt(of: after) else { return [] }
            let start = min(posts.count(until: time) + skipped, keys.count)
            range = start..<min(start + page.size, keys.count)
        } else {
            var end = keys.count
            if let before = page.before { end = table.createAt(of: before).map(posts.count(before:)) ?? 0 }
            end = max(end - skipped, 0)
            range = max(end - page.size, 0)..<end
        }
        return keys[range].reversed().compactMap { table[$0.id] }
    }

    /// The roots and replies that are included: the threads of the listed replies and, with `before` or `after`, those of the
    /// listed roots too.
    private static func threads(of listed: [ChatPost], _ page: Page, _ table: PostTable) -> [ChatPost] {
        var roots = Set(listed.map(\.rootID))
        if page.before != nil || page.after != nil { roots.formUnion(listed.map(\.id)) }
        roots.remove("")
        return roots.flatMap { (table[$0].map { [$0] } ?? []) + table.replies(to: $0) }
    }

    /// Names the neighbours of the page like `App.AddCursorIdsForPostList`. It compares only times too, so posts of the page's
    /// first and last millisecond are never named.
    private static func neighbours(of listed: [ChatPost], _ page: Page, _ posts: ChannelPosts) -> (String, String) {
        let isShort = listed.count < page.size
        let next: String
        if page.after != nil && isShort {
            next = ""
        } else if let before = page.before, page.after == nil, page.number == 0 {
            next = before
        } else {
            let index = listed.first.map { posts.count(until: $0.createAt) } ?? posts.keys.count
            next = index < posts.keys.count ? posts.keys[index].id : ""
        }
        let previous: String
        if let after = page.after, page.number == 0 {
            previous = after
        } else if page.before != nil && page.after == nil && isShort {
            previous = ""
        } else {
            let index = listed.last.map { posts.count(before: $0.createAt) } ?? 0
            previous = index > 0 ? posts.keys[index - 1].id : ""
        }
        return (next, previous)
    }

    /// Selects changed posts like `SqlPostStore.GetPostsSince`: at most a thousand, including deleted ones, with the roots of
    /// listed replies.
    private static func changes(since time: Int64, in channel: ChatChannel, _ table: PostTable) -> JSON {
        let all = table.posts(in: channel.id).keys.compactMap { table[$0.id] } + table.deletedPosts(in: channel.id)
        let changed = all.filter { $0.updateAt > time }.sorted { ($0.updateAt, $0.id) < ($1.updateAt, $1.id) }.prefix(1000)
        let listed = changed.sorted { ($0.createAt, $0.id) > ($1.createAt, $1.id) }
        let ids = Set(listed.map(\.id))
        let roots = Set(listed.map(\.rootID)).subtracting(ids).compactMap { table[$0] }
        return list(listed.map(\.id), listed + roots, next: "", previous: "")
    }

    private static func list(_ order: [String], _ posts: [ChatPost], next: String, previous: String) -> JSON {
        let posts = Dictionary(posts.map { ($0.id, $0) }) { first, _ in first }
        return [
            "order": .array(order.map { .string($0) }),
            "posts": .object(posts.values.sorted { $0.id < $1.id }.map { JSON.Member($0.id, $0.shape()) }),
            "next_post_id": .string(next), "prev_post_id": .string(previous),
        ]
    }

    /// Answers `GET posts/{id}/thread`: the post and its replies, the root first.
    func thread(of id: String, readableBy userID: String, at now: Int64 = .max) throws(AppError) -> JSON {
        let post = try post(id, readableBy: userID, at: now)
        let table = table.seen(at: now)
        let rootID = post.rootID.isEmpty ? post.id : post.rootID
        let thread = (table[rootID].map { [$0] } ?? []) + table.replies(to: rootID)
        return Self.list(thread.map(\.id), thread, next: "", previous: "")
    }

    /// The Etag of the listing. It has the time of the latest change (`SqlPostStore.GetEtag`), so a second change in the same
    /// millisecond does not change it.
    package func etag(of channel: ChatChannel, at now: Int64 = .max) -> String {
        "5.37.0.\(table.seen(at: now).posts(in: channel.id).lastUpdate)"
    }
}
