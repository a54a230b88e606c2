extension ChatState {
    /// The user name of the demo's bot.
    package static let botName = "teleport"

    /// Makes a team with the channel `access-requests` and its members: the users alice, bob, carol and dave, and the bot.
    ///
    /// - Parameter token: the bot's access token.
    package static func demo(token: String = Identifier.make(), now: Int64 = ChatWorld.systemTime()) -> ChatState {
        var state = ChatState(team: ChatTeam(name: "acme", displayName: "Acme", createAt: now))
        let bot = ChatAccount(
            username: botName, email: "\(botName)@localhost", firstName: "Teleport", roles: "system_user system_post_all",
            isBot: true, createAt: now)
        let people = ["alice", "bob", "carol", "dave"].map {
            ChatAccount(username: $0, email: "\($0)@example.com", createAt: now)
        }
        state.accounts = [bot] + people
        state.tokens = [token: bot.id]
        for person in people { state.tokens[Identifier.make()] = person.id }
        state.channels = [
            ChatChannel(
                kind: .open, name: "access-requests", displayName: "Access Requests", creatorID: people[0].id, createAt: now,
                members: Set(state.accounts.map(\.id)))
        ]
        state.lastMoment = now
        return state
    }

    package var bot: ChatAccount? { accounts.first { $0.isBot } }

    /// An access token of the account; nil when it has none.
    package func token(of username: String) -> String? {
        let id = accounts.first { $0.username == username }?.id
        return tokens.first { $0.value == id }?.key
    }
}
