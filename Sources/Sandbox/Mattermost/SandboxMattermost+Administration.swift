/// Actions of an administrator while the server runs.
extension SandboxMattermost {
    package func archive(channelNamed name: String) throws(AppError) {
        try world.change { state, now throws(AppError) in try state.archive(channelNamed: name, now: now) }
    }

    package func unarchive(channelNamed name: String) throws(AppError) {
        try world.change { state, _ throws(AppError) in try state.unarchive(channelNamed: name) }
    }

    /// Deletes a channel permanently, with its posts.
    package func remove(channelNamed name: String) throws(AppError) {
        try world.change { state, _ throws(AppError) in try state.remove(channelNamed: name) }
    }

    package func leave(_ username: String, channelNamed name: String) throws(AppError) {
        try world.change { state, _ throws(AppError) in try state.leave(username, channelNamed: name) }
    }

    package func join(_ username: String, channelNamed name: String) throws(AppError) {
        try world.change { state, _ throws(AppError) in try state.join(username, channelNamed: name) }
    }

    /// Removes these permissions from all channel members, including the bot, and gives all others back.
    package func withhold(_ rights: Set<ChatRight>) {
        _ = try? world.change { state, _ throws(AppError) in state.withheld = rights }
    }

    /// Revokes the account's tokens and returns them. ``restore(_:)`` undoes it.
    package func revokeTokens(of username: String) throws(AppError) -> [String: String] {
        try world.change { state, _ throws(AppError) in try state.revokeTokens(of: username) }
    }

    package func restore(_ tokens: [String: String]) {
        _ = try? world.change { state, _ throws(AppError) in state.restore(tokens) }
    }

    /// The time by which the replica, which answers reads, lags behind the database.
    package var replicaLag: Duration {
        get { .milliseconds((try? world.read { state throws(AppError) in state.replicaLag }) ?? 0) }
        set {
            let (seconds, attoseconds) = newValue.components
            _ = try? world.change { state, _ throws(AppError) in
                state.replicaLag = seconds * 1000 + attoseconds / 1_000_000_000_000_000
            }
        }
    }

    /// The number of nodes that answer calls. Each remembers its own `pending_post_id`s.
    package var nodeCount: Int {
        get { nodes.count }
        set { nodes.count = newValue }
    }
}

extension SandboxMattermost {
    /// Fills a channel with the longest posts that the server accepts, which have 16,383 four-byte characters and props of
    /// 8,000 characters. A page of 200 of them has 14 MiB.
    package func fillChannel(named name: String, posts: Int, by username: String) throws(AppError) {
        let message = JSON.string(String(repeating: "\u{1F600}", count: 16_383))
        let props: JSON = ["filler": .string(String(repeating: "x", count: 8_000 - #"{"filler":""}"#.utf8.count))]
        for _ in 0..<posts {
            try world.change { state, now throws(AppError) in
                let (author, channel) = (try state.account(named: username), try state.channel(named: name))
                _ = try state.createPost(
                    ["channel_id": .string(channel.id), "message": message, "props": props], by: author, now: now)
            }
        }
    }
}
