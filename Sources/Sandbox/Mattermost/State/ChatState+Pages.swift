extension ChatState {
    /// Which part of a channel's posts is asked for.
    package struct Page: Sendable {
        package var size: Int
        package var number: Int
        /// Only posts older than this one.
        package var before: String?

        /// The server's default and its limits.
        package init(size: Int? = nil, number: Int? = nil, before: String? = nil) {
            self.size = min(max(size ?? 60, 1), 200)
            self.number = min(max(number ?? 0, 0), 1_000_000)
            self.before = before
        }
    }

    /// `GET channels/{id}/posts`: newest first; roots of listed replies come along without being in `order`.
    package func page(_ page: Page, of channel: ChatChannel) throws(AppError) -> JSON {
        let all = Array(posts.filter { $0.channelID == channel.id }.reversed())
        var start = page.number * page.size
        if let before = page.before {
            guard Identifier.isValid(before) else { throw .badURLParameter("before") }
            start += all.firstIndex { $0.id == before }.map { $0 + 1 } ?? all.count
        }
        let lower = min(start, all.count)
        let upper = min(start + page.size, all.count)
        let listed = all[lower..<upper]
        let roots = all.filter { post in listed.contains { $0.rootID == post.id } && !listed.contains(post) }
        let shown = (listed + roots).sorted { $0.id < $1.id }
        return [
            "order": .array(listed.map { .string($0.id) }),
            "posts": .object(shown.map { JSON.Member($0.id, $0.shape()) }),
            "next_post_id": .string(lower > 0 && !listed.isEmpty ? all[lower - 1].id : ""),
            "prev_post_id": .string(upper < all.count ? all[upper].id : ""),
        ]
    }

    /// `GET posts/{id}/thread`: the post and its replies, the root first.
    func thread(of id: String, readableBy userID: String) throws(AppError) -> JSON {
        let post = try post(id, readableBy: userID)
        let rootID = post.rootID.isEmpty ? post.id : post.rootID
        let thread = posts.filter { $0.id == rootID || $0.rootID == rootID }
        return [
            "order": .array(thread.map { .string($0.id) }),
            "posts": .object(thread.map { JSON.Member($0.id, $0.shape()) }),
            "next_post_id": "", "prev_post_id": "",
        ]
    }

    /// The listing's Etag: it changes with every post that changes.
    package func etag(of channel: ChatChannel) -> String {
        "5.37.0.\(posts.filter { $0.channelID == channel.id }.map(\.updateAt).max() ?? 0)"
    }
}
