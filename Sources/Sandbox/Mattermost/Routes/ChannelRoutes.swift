import Hummingbird

/// The calls under `/api/v4/teams/` and `/api/v4/channels/`.
struct ChannelRoutes: Sendable {
    let world: ChatWorld

    func add(to router: RouterGroup<ChatContext>) {
        router.get("teams/name/:team_name") { _, context in
            _ = try context.caller()
            let name = try context.parameter("team_name")
            return try world.read { state throws(AppError) in try state.team(named: name).shape }.response()
        }
        router.get("teams/name/:team_name/channels/name/:channel_name") { request, context in
            let me = try context.caller()
            let isAllAsked = request.uri.queryParameters.isTrue("include_deleted")
            let (team, name) = (try context.parameter("team_name"), try context.parameter("channel_name"))
            return try world.read { state throws(AppError) in
                _ = try state.team(named: team)
                let channel = try state.channel(named: name, readableBy: me.id, includingArchived: isAllAsked)
                return state.shape(of: channel)
            }.response()
        }
        router.get("channels/:channel_id/members/:user_id", use: member)
        router.get("channels/:channel_id/posts", use: posts)
        router.post("channels/direct") { request, context in
            let me = try context.caller()
            let ids = try await request.json("user_ids").texts ?? []
            let shape = try world.change { state, now throws(AppError) in
                state.shape(of: try state.directChannel(ids, by: me.id, now: now))
            }
            return shape.response(.created)
        }
    }

    @Sendable
    private func member(_ request: Request, _ context: ChatContext) throws -> Response {
        let me = try context.caller()
        let (channelID, userID) = (try context.parameter("channel_id"), try context.parameter("user_id"))
        return try world.read { state throws(AppError) in
            let channel = try state.channel(channelID, readableBy: me.id)
            guard Identifier.isValid(userID) else { throw .badURLParameter("user_id") }
            guard channel.members.contains(userID) else { throw .noSuchMember }
            return channel.memberShape(userID)
        }.response()
    }

    @Sendable
    private func posts(_ request: Request, _ context: ChatContext) throws -> Response {
        let me = try context.caller()
        let query = request.uri.queryParameters
        let since = try query["since"].map { text throws(AppError) in
            guard let since = Int64(text) else { throw .badBodyParameter("since") }
            return since
        }
        let page = ChatState.Page(
            size: query["per_page"].flatMap { Int($0) }, number: query["page"].flatMap { Int($0) },
            before: query["before"].map { String($0) }, after: query["after"].map { String($0) }, since: since ?? 0)
        let channelID = try context.parameter("channel_id")
        let now = world.now
        let state = try world.read { state throws(AppError) in copy state }
        let channel = try state.channel(channelID, readableBy: me.id)
        guard !channel.isArchived || !state.hidesArchivedPosts else { throw AppError.archivedPostsHidden }
        let etag = state.etag(of: channel, at: now)
        if page.since <= 0, let unchanged = request.unchanged(since: etag) { return unchanged }
        return try state.page(page, of: channel, at: now).response(etag: page.since > 0 ? nil : etag)
    }
}

extension Parameters {
    /// Whether the parameter is true by the rules of Go's `strconv.ParseBool`.
    func isTrue(_ name: Substring) -> Bool { self[name].map { ["1", "t", "T", "true", "TRUE", "True"].contains($0) } ?? false }
}
