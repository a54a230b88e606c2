import Access

/// Finds the channel of a configured recipient, by the names in its URL (slugs) or by its display name.
struct ChannelFinder {
    let chat: any ChatService
    let bot: ChatUser

    /// Finds the channel by slugs first, because they are unique. Display names are not unique, and members of a channel may
    /// change its display name. A display name that two channels share is therefore refused: the request could be shown to the
    /// wrong people.
    func find(_ name: ChannelName) async throws(MattermostError) -> ChannelInfo {
        var missing: MattermostError?
        if name.isSlugs {
            do {
                return try await chat.channel(team: name.team, channel: name.channel)
            } catch {
                guard error.code == .notFound else { throw error }
                missing = error
            }
        }
        let team = try await team(name.team, or: missing)
        let found = try await channels(shown: name.channel, in: team)
        switch found.count {
        case 1: return found[0]
        case 0:
            throw missing
                ?? MattermostError(
                    .notFound,
                    "Mattermost shows the bot no channel \"\(OneLine.bounded(name.channel, 64))\" in the team "
                        + "\"\(OneLine.bounded(team.name, 64))\".", isDefinite: true,
                    mend: "Type /invite @\(bot.username) in the channel, or write its name as its URL has it, "
                        + "…/channels/<channel>.")
        default:
            let slugs = found.map { "\"\(team.name)/\($0.name)\"" }.sorted().joined(separator: " or ")
            throw MattermostError(
                .notFound,
                "Mattermost has \(found.count) channels named \"\(OneLine.bounded(name.channel, 64))\".", isDefinite: true,
                mend: "Write \(slugs), as the channel's URL has it.")
        }
    }

    private func team(_ name: String, or missing: MattermostError?) async throws(MattermostError) -> TeamInfo {
        let teams = try await chat.teams(of: bot.id)
        if let team = teams.first(where: { $0.name == name.lowercased() }) { return team }
        let shown = teams.filter { $0.displayName.lowercased() == name.lowercased() }
        if shown.count == 1 { return shown[0] }
        throw missing
            ?? MattermostError(
                .notFound,
                "The bot @\(bot.username) is in no team \"\(OneLine.bounded(name, 64))\".", isDefinite: true,
                mend: "Write the team's name as its URL has it, https://…/<team>/channels/…, and add the bot to the team.")
    }

    /// Returns the bot's channels that have this display name, and the channel with the slug that Mattermost derives from it.
    private func channels(shown name: String, in team: TeamInfo) async throws(MattermostError) -> [ChannelInfo] {
        let shows = { (channel: ChannelInfo) in
            channel.kind != .direct && channel.displayName.lowercased() == name.lowercased()
        }
        var found: [ChannelInfo]
        do {
            found = try await chat.channels(of: bot.id, inTeam: team.id).filter(shows)
        } catch {
            guard error.code == .notFound else { throw error }
            found = []
        }
        let slug = Self.slug(name)
        guard MattermostName.isSlug(slug), !found.contains(where: { $0.name == slug }) else { return found }
        do {
            let channel = try await chat.channel(team: team.name, channel: slug)
            return shows(channel) ? found + [channel] : found
        } catch {
            guard error.code == .notFound || error.code == .forbidden else { throw error }
            return found
        }
    }

    /// Returns the slug that Mattermost derives from a display name: `town-square` for `Town Square`, unless the channel's
    /// creator chose another slug.
    private static func slug(_ name: String) -> String {
        name.lowercased().split { !$0.isLetter && !$0.isNumber && $0 != "_" }.joined(separator: "-")
    }
}
