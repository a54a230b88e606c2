/// Both servers of the sandbox, for the page and the control calls.
struct SandboxServers: Sendable {
    let world: ChatWorld
    let clicker: Clicker
    let teleport: SandboxAuth?

    /// The bells that ring when a snapshot may have changed.
    var bells: [ChangeBell] { [world.bell] + (teleport.map { [$0.bell] } ?? []) }

    /// Everything that the page shows, as the user named `username` sees it.
    func snapshot(for username: String) -> JSON {
        let chat = try? world.read { state throws(AppError) in
            let me = try state.account(named: username)
            return Self.chat(state, me)
        }
        var snapshot = chat ?? [:]
        snapshot["teleport"] = teleportView
        return snapshot
    }

    /// The requests, oldest first.
    var requests: JSON {
        guard let teleport else { return [] }
        return .array(
            teleport.requests().map { request in
                [
                    "id": .string(request.id), "user": .string(request.user),
                    "roles": .array(request.roles.map { .string($0) }), "reason": .string(request.reason),
                    "state": .string(request.state), "resolve_reason": .string(request.resolveReason),
                    "delegator": .string(request.delegator), "created_at": .integer(request.createdAt),
                ]
            })
    }

    private var teleportView: JSON {
        guard let teleport else { return nil }
        return [
            "cluster": .string(teleport.configuration.clusterName), "version": .string(teleport.configuration.version),
            "watchers": .integer(Int64(teleport.watchers)), "requests": requests,
        ]
    }

    private static func chat(_ state: borrowing ChatState, _ me: ChatAccount) -> JSON {
        let channel = state.channels.first { $0.kind == .open && $0.members.contains(me.id) }
        let names = Dictionary(state.accounts.map { ($0.id, $0.username) }) { first, _ in first }
        let posts = state.table.posts(in: channel?.id ?? "").keys.suffix(100).compactMap { state.table[$0.id] }
        let mine = state.ephemerals.filter { $0.userID == me.id && $0.channelID == channel?.id }
        return [
            "me": .string(me.username), "team": .string(state.team.displayName),
            "people": .array(state.accounts.filter { !$0.isBot }.map { .string($0.username) }),
            "bot": .string(state.bot?.username ?? ""),
            "channel": ["name": .string(channel?.name ?? ""), "display_name": .string(channel?.displayName ?? "")],
            "posts": .array(
                posts.map { post in
                    var shape = post.shape()
                    shape["username"] = .string(names[post.userID] ?? "someone")
                    return shape
                }),
            "ephemerals": .array(
                mine.map {
                    [
                        "id": .string($0.id), "post_id": .string($0.postID), "message": .string($0.message),
                        "create_at": .integer($0.createAt),
                    ]
                }),
        ]
    }
}
