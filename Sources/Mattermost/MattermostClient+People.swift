package import Access

extension MattermostClient {
    package func user(named username: String) async throws(MattermostError) -> ChatUser {
        guard MattermostName.isUsername(username) else {
            throw MattermostError(
                .notFound, "Mattermost GET /users/username/{name}: not a user name of Mattermost's, so it was not asked.")
        }
        return try await send(APIRequest(.get, "/users/username/\(username)"), expecting: UserAnswer.self).user
    }

    package func isMember(_ userID: String, of channelID: String) async throws(MattermostError) -> Bool {
        try requireIDs(channelID, userID, in: "GET /channels/{id}/members/{user}")
        let request = APIRequest(.get, "/channels/\(channelID)/members/\(userID)")
        do {
            let member = try await send(request, expecting: MemberAnswer.self)
            return member.channelID == channelID && member.userID == userID
        } catch {
            guard error.code == .notFound else { throw error }
            return false
        }
    }
}
