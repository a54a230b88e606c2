package import Access

extension MattermostClient {
    package func channelID(team: String, channel: String) async throws(MattermostError) -> String {
        try requireSlug(team, of: "team")
        try requireSlug(channel, of: "channel")
        do {
            let request = APIRequest(.get, "/teams/name/\(team)/channels/name/\(channel)")
            return try await send(request, expecting: ChannelAnswer.self).id
        } catch {
            guard error.code == .notFound else { throw error }
            throw await missing(team: team, channel: channel, after: error)
        }
    }

    /// The 404 does not say which of the two names is wrong, so ask for the team alone.
    private func missing(team: String, channel: String, after error: MattermostError) async -> MattermostError {
        do {
            _ = try await send(APIRequest(.get, "/teams/name/\(team)"), expecting: TeamAnswer.self)
        } catch let teamError where teamError.code == .notFound {
            return MattermostError(
                .notFound, "\(error.message) The team \"\(team)\" is not there: set [mattermost] team to the team's name "
                    + "as its URL has it, https://…/<team>/channels/….", cause: error)
        } catch {
            // Which one it is stays open, as after a 403: a bot outside a private team is not shown it.
        }
        return MattermostError(
            .notFound, "\(error.message) The channel \"\(channel)\" is not in the team \"\(team)\", or is private and the "
                + "bot is not in it: set [mattermost] channel to the channel's name as its URL has it, …/channels/<channel>, "
                + "and invite the bot.", cause: error)
    }

    private func requireSlug(_ name: String, of what: String) throws(MattermostError) {
        guard !MattermostName.isSlug(name) else { return }
        throw MattermostError(
            .notFound, "[mattermost] \(what) cannot be \"\(OneLine.bounded(name))\": set it to the name as the \(what)'s URL "
                + "has it, letters, digits, '-' and '_' only (town-square, not Town Square).")
    }
}
