import Hummingbird

/// The calls under `/api/v4/users/`.
struct UserRoutes: Sendable {
    let world: ChatWorld

    func add(to router: RouterGroup<ChatContext>) {
        let users = router.group("users")
        users.get("me") { request, context in
            let me = try context.caller()
            return request.answer(me.shape(own: true, showsEmail: true), etag: me.etag)
        }
        users.get(":user_id") { request, context in
            try lookUp(request, context) { state, value throws(AppError) in try state.account(value("user_id")) }
        }
        users.get("username/:username") { request, context in
            try lookUp(request, context) { state, value throws(AppError) in try state.account(named: value("username")) }
        }
        users.get("email/:email") { request, context in
            try lookUp(request, context) { state, value throws(AppError) in try state.account(email: value("email")) }
        }
        users.get(":user_id/teams") { _, context in
            _ = try ownID(context)
            return JSON.array([try world.read { state throws(AppError) in state.team.shape }]).response()
        }
        users.get(":user_id/teams/:team_id/channels") { request, context in
            let isAllAsked = request.uri.queryParameters.isTrue("include_deleted")
            let (id, teamID) = (try ownID(context), try context.parameter("team_id"))
            let shapes = try world.read { state throws(AppError) in
                guard teamID == state.team.id else { throw .forbidden }
                return state.channels.filter { $0.members.contains(id) && (isAllAsked || !$0.isArchived) }
                    .map { state.shape(of: $0) }
            }
            // A real server answers 404 to a user who is in no channel.
            guard !shapes.isEmpty else { throw AppError.noChannels }
            return JSON.array(shapes).response()
        }
        users.post("ids") { request, context in
            _ = try context.caller()
            guard let ids = try await request.json("user_ids").texts, !ids.isEmpty else {
                throw AppError.badBodyParameter("user_ids")
            }
            return JSON.array(shapes(of: ids)).response()
        }
    }

    /// The caller's id, which the path may name by `me` or by the id itself. Other ids are refused.
    private func ownID(_ context: ChatContext) throws -> String {
        let (me, id) = (try context.caller(), try context.parameter("user_id"))
        guard id == "me" || id == me.id else { throw AppError.forbidden }
        return me.id
    }

    private func lookUp(
        _ request: Request, _ context: ChatContext,
        find: (borrowing ChatState, (String) throws(AppError) -> String) throws(AppError) -> ChatAccount
    ) throws -> Response {
        let me = try context.caller()
        let (account, showsEmail) = try world.read { state throws(AppError) in
            (try find(state) { name throws(AppError) in try context.parameter(name) }, state.showsEmail)
        }
        return request.answer(account.shape(own: account.id == me.id, showsEmail: showsEmail), etag: account.etag)
    }

    /// The accounts with these ids that exist, in the order of the ids.
    private func shapes(of ids: [String]) -> [JSON] {
        let found = try? world.read { state throws(AppError) in
            ids.compactMap { id in state.accounts.first { $0.id == id } }.map { ($0, state.showsEmail) }
        }
        return (found ?? []).map { $0.shape(own: false, showsEmail: $1) }
    }
}
