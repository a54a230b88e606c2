package import Access

/// The calls about teams and channels. ``ChatService`` documents them.
extension MattermostClient {
    package func channel(team: String, channel: String) async throws(MattermostError) -> ChannelInfo {
        try requireSlug(team, of: "team")
        try requireSlug(channel, of: "channel")
        do {
            let request = APIRequest(.get, "/teams/name/\(team)/channels/name/\(channel)", reading: .channel)
            return try await read(request) { try JSON.decode(ChannelAnswer.self, from: $0).info }
        } catch {
            guard error.code == .notFound else { throw error }
            throw await missing(team: team, channel: channel, after: error)
        }
    }

    package func teams(of userID: String) async throws(MattermostError) -> [TeamInfo] {
        try requireIDs(userID, in: "GET /users/{id}/teams")
        return try await send(APIRequest(.get, "/users/\(userID)/teams", reading: .teams), expecting: [TeamAnswer].self)
            .compactMap(\.info)
    }

    package func channels(of userID: String, inTeam teamID: String) async throws(MattermostError) -> [ChannelInfo] {
        try requireIDs(userID, teamID, in: "GET /users/{id}/teams/{team}/channels")
        let request = APIRequest(.get, "/users/\(userID)/teams/\(teamID)/channels", reading: .channels)
        return try await send(request, expecting: [ChannelAnswer].self).filter { !$0.isArchived }.compactMap(\.info)
    }

    package func directChannelID(of botID: String, with userID: String) async throws(MattermostError) -> String {
        try requireIDs(botID, userID, in: "POST /channels/direct")
        let request = APIRequest(.post, "/channels/direct", .list([.text(botID), .text(userID)]), as: .createDirectChannel)
        return try await read(request) { try JSON.decode(ChannelAnswer.self, from: $0).info?.id }
    }

    /// Returns the error for a channel that was not found. The server's 404 does not say which of the two names is wrong, so
    /// this function asks for the team alone and rewords the error.
    private func missing(team: String, channel: String, after error: MattermostError) async -> MattermostError {
        do {
            _ = try await send(APIRequest(.get, "/teams/name/\(team)", reading: .team), expecting: TeamAnswer.self)
        } catch let teamError where teamError.code == .notFound {
            return error.reworded(
                "\(error.words) The team \"\(team)\" is not there.",
                mend: "Write the team's name as its URL has it, https://…/<team>/channels/….")
        } catch {
            // This error does not show which name is wrong either: a 403, for example, may hide a private team that the bot is
            // not in.
        }
        return error.reworded(
            "\(error.words) The channel \"\(channel)\" is not in the team \"\(team)\", or is private and the bot is not in it.",
            mend: "Write the channel's name as its URL has it, …/channels/<channel>, and type "
                + "/invite @\(knownBotName ?? "<bot>") there.")
    }

    private func requireSlug(_ name: String, of what: String) throws(MattermostError) {
        guard !MattermostName.isSlug(name) else { return }
        throw MattermostError(
            .notFound,
            "a \(what) cannot be named \"\(OneLine.bounded(name))\".", isDefinite: true,
            mend: "Write the name as the \(what)'s URL has it, letters, digits, '-' and '_' only (town-square, not Town "
                + "Square).")
    }
}
