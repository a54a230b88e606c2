import Access

/// Mattermost behind its circuit.
struct GuardedChat: ChatService {
    let chat: any ChatService
    let breaker: Breaker<MattermostError>
    /// Calls the server whatever the circuit says: a person waits, or the call is there to find out.
    var isProbe: Bool

    func me() async throws(MattermostError) -> ChatUser {
        try await run { chat throws(MattermostError) in try await chat.me() }
    }

    func clickerKey() async throws(MattermostError) -> String? {
        try await run { chat throws(MattermostError) in try await chat.clickerKey() }
    }

    func user(_ id: String) async throws(MattermostError) -> ChatUser {
        try await run { chat throws(MattermostError) in try await chat.user(id) }
    }

    func user(named username: String) async throws(MattermostError) -> ChatUser {
        try await run { chat throws(MattermostError) in try await chat.user(named: username) }
    }

    func isMember(_ userID: String, of channelID: String) async throws(MattermostError) -> Bool {
        try await run { chat throws(MattermostError) in try await chat.isMember(userID, of: channelID) }
    }

    func open(_ dialog: ReasonDialog, triggerID: Secret<String>) async throws(MattermostError) {
        try await run { chat throws(MattermostError) in try await chat.open(dialog, triggerID: triggerID) }
    }

    func user(emailed address: String) async throws(MattermostError) -> ChatUser {
        try await run { chat throws(MattermostError) in try await chat.user(emailed: address) }
    }

    func channel(team: String, channel: String) async throws(MattermostError) -> ChannelInfo {
        try await run { chat throws(MattermostError) in try await chat.channel(team: team, channel: channel) }
    }

    func teams(of userID: String) async throws(MattermostError) -> [TeamInfo] {
        try await run { chat throws(MattermostError) in try await chat.teams(of: userID) }
    }

    func channels(of userID: String, inTeam teamID: String) async throws(MattermostError) -> [ChannelInfo] {
        try await run { chat throws(MattermostError) in try await chat.channels(of: userID, inTeam: teamID) }
    }

    func directChannelID(of botID: String, with userID: String) async throws(MattermostError) -> String {
        try await run { chat throws(MattermostError) in try await chat.directChannelID(of: botID, with: userID) }
    }

    func createPost(_ card: Card, in channelID: String, pendingPostID: String) async throws(MattermostError) -> PostReference {
        try await run { chat throws(MattermostError) in
            try await chat.createPost(card, in: channelID, pendingPostID: pendingPostID)
        }
    }

    func reply(_ reply: ThreadReply, to post: PostReference, pendingPostID: String) async throws(MattermostError) {
        try await run { chat throws(MattermostError) in try await chat.reply(reply, to: post, pendingPostID: pendingPostID) }
    }

    func replies(to post: PostReference, by botID: String) async throws(MattermostError) -> [PostedReply]? {
        try await run { chat throws(MattermostError) in try await chat.replies(to: post, by: botID) }
    }

    func updatePost(_ post: PostReference, to card: Card) async throws(MattermostError) {
        try await run { chat throws(MattermostError) in try await chat.updatePost(post, to: card) }
    }

    func deletePost(_ post: PostReference) async throws(MattermostError) {
        try await run { chat throws(MattermostError) in try await chat.deletePost(post) }
    }

    func post(_ post: PostReference) async throws(MattermostError) -> PostedCard? {
        try await run { chat throws(MattermostError) in try await chat.post(post) }
    }

    func cards(in channelID: String, by botID: String, from cursor: PageCursor?) async throws(MattermostError) -> CardPage {
        try await run { chat throws(MattermostError) in try await chat.cards(in: channelID, by: botID, from: cursor) }
    }

    private func run<Value>(
        _ body: (any ChatService) async throws(MattermostError) -> Value
    ) async throws(MattermostError) -> Value {
        try await breaker.run(isProbe: isProbe) { () throws(MattermostError) in try await body(chat) }
    }
}
