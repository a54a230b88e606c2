package import Access

/// The calls about people and their memberships. ``ChatService`` documents them.
extension MattermostClient {
    package func user(named username: String) async throws(MattermostError) -> ChatUser {
        guard MattermostName.isUsername(username) else {
            throw MattermostError(
                .notFound, "Mattermost GET /users/username/{name}: not a user name of Mattermost's, so it was not asked.",
                isDefinite: true)
        }
        return try await user(APIRequest(.get, "/users/username/\(username)", reading: .user))
    }

    package func user(emailed address: String) async throws(MattermostError) -> ChatUser {
        guard MattermostName.isEmail(address) else {
            throw MattermostError(
                .notFound,
                "Mattermost GET /users/email/{address}: \"\(OneLine.bounded(address))\" is no e-mail address, so it was "
                    + "not asked.", isDefinite: true)
        }
        do {
            return try await user(APIRequest(.get, "/users/email/\(address)", reading: .user))
        } catch {
            switch error.code {
            case .notFound:
                throw error.reworded(
                    "\(error.words) On Mattermost no account has the address \"\(address)\".", mend: error.mend)
            case .forbidden:
                throw error.reworded(
                    "Mattermost GET /users/email/{address}: the server hides people's addresses from the bot, so "
                        + "\"\(address)\" cannot be found.",
                    mend: "Show them (System Console, Site Configuration, Users and Teams, Show Email Address), or name a "
                        + "channel instead.")
            default: throw error
            }
        }
    }

    package func isMember(_ userID: String, of channelID: String) async throws(MattermostError) -> Bool {
        try requireIDs(channelID, userID, in: "GET /channels/{id}/members/{user}")
        let request = APIRequest(.get, "/channels/\(channelID)/members/\(userID)", reading: .member)
        do {
            let member = try await send(request, expecting: MemberAnswer.self)
            return member.channelID == channelID && member.userID == userID
        } catch {
            guard error.code == .notFound else { throw error }
            return false
        }
    }
}
