import Access
import TriggerSigning

/// Mattermost, as one replica reaches it.
struct MattermostWire: ChatService {
    let wire: Wire<MattermostError>

    static let bot = ChatUser(id: "bot", username: "teleport", email: "", isBot: true)

    private var server: SimulatedMattermost { wire.world.mattermost }

    private func call<Answer: Sendable>(
        _ call: ServerCall, _ name: @autoclosure () -> String, isFixed: Bool = false,
        _ effect: @escaping (SimulatedMattermost) -> Result<Answer, MattermostError>
    ) async throws(MattermostError) -> Answer {
        try await wire.call(call, name(), isFixed: isFixed) { [server] in server.objection.map(Result.failure) ?? effect(server)
        }
    }

    private static let missing = MattermostError(.notFound, "not found", isDefinite: true)

    func me() async throws(MattermostError) -> ChatUser {
        try await call(.read(.me), "me", isFixed: true) { _ in .success(Self.bot) }
    }

    func clickerKey() async throws(MattermostError) -> String? {
        try await call(.read(.clientConfiguration), "clicker key", isFixed: true) { .success($0.signer.publicKey) }
    }

    func user(_ id: String) async throws(MattermostError) -> ChatUser {
        try await call(.read(.user), "user \(id)", isFixed: true) { $0.users[id].map(Result.success) ?? .failure(Self.missing) }
    }

    func user(named username: String) async throws(MattermostError) -> ChatUser {
        try await call(.read(.user), "user @\(username)", isFixed: true) { server in
            server.users.values.first { $0.username == username }.map(Result.success) ?? .failure(Self.missing)
        }
    }

    func user(emailed address: String) async throws(MattermostError) -> ChatUser {
        try await call(.read(.user), "user \(address)", isFixed: true) { server in
            server.users.values.first { $0.email == address }.map(Result.success) ?? .failure(Self.missing)
        }
    }

    func isMember(_ userID: String, of channelID: String) async throws(MattermostError) -> Bool {
        try await call(.read(.member), "is \(userID) in \(channelID)", isFixed: true) { server in
            guard let channel = server.channels[channelID], channel.hasBot else {
                return .failure(MattermostError(.forbidden, "not a member", reason: .notMember, isDefinite: true))
            }
            return .success(channel.members.contains(userID))
        }
    }

    func open(_ dialog: ReasonDialog, triggerID: Secret<String>) async throws(MattermostError) {}

    func channel(team: String, channel: String) async throws(MattermostError) -> ChannelInfo {
        try await call(.read(.channel), "channel \(channel)", isFixed: true) { server in
            server.channels[channel] == nil
                ? .failure(MattermostError(.notFound, "no such channel", reason: .channelMissing, isDefinite: true))
                : .success(ChannelInfo(id: channel, name: channel, displayName: channel, kind: .private))
        }
    }

    func teams(of userID: String) async throws(MattermostError) -> [TeamInfo] {
        try await call(.read(.teams), "teams", isFixed: true) { _ in
            .success([TeamInfo(id: "team", name: "team", displayName: "Team")])
        }
    }

    func channels(of userID: String, inTeam teamID: String) async throws(MattermostError) -> [ChannelInfo] {
        try await call(.read(.channels), "channels", isFixed: true) { server in
            let channels = server.channels.values.filter(\.hasBot).sorted { $0.id < $1.id }
            let newest = wire.world.wallTime
            return .success(
                channels.map {
                    ChannelInfo(
                        id: $0.id, name: $0.id, displayName: $0.id, kind: $0.isDirect ? .direct : .private, lastPost: newest)
                })
        }
    }

    func directChannelID(of botID: String, with userID: String) async throws(MattermostError) -> String {
        try await call(.createDirectChannel, "direct channel with \(userID)") { server in
            let id = SimulatedMattermost.direct(userID)
            if server.channels[id] == nil { server.channels[id] = .init(id: id, members: [userID], isDirect: true) }
            return .success(id)
        }
    }

    func createPost(_ card: Card, in channelID: String, pendingPostID: String) async throws(MattermostError) -> PostReference {
        wire.world.oracle.begins(.posting, about: card.requestID, by: wire.machine)
        return try await call(.createPost, "post \(card.requestID) \(card.status.name) in \(channelID)") {
            $0.create(card, in: channelID, pendingPostID: pendingPostID, by: wire.machine)
        }
    }

    func reply(_ reply: ThreadReply, to post: PostReference, pendingPostID: String) async throws(MattermostError) {
        wire.world.oracle.begins(.posting, about: reply.requestID, by: wire.machine)
        try await call(.reply, "reply \(reply.name) to \(post)") { $0.reply(reply, to: post, pendingPostID) }
    }

    func replies(to post: PostReference, by botID: String) async throws(MattermostError) -> [PostedReply]? {
        try await call(.read(.thread), "replies to \(post)") { $0.replies(to: post) }
    }

    func updatePost(_ post: PostReference, to card: Card) async throws(MattermostError) {
        try await call(.updatePost, "update \(post) to \(card.status.name)") { $0.update(post, to: card) }
    }

    func deletePost(_ post: PostReference) async throws(MattermostError) {
        try await call(.deletePost, "remove \(post)") { $0.removeReply(post) ? .success(()) : $0.remove(post) }
    }

    func post(_ post: PostReference) async throws(MattermostError) -> PostedCard? {
        try await call(.read(.post), "read \(post)") { $0.read(post) }
    }

    func cards(in channelID: String, by botID: String, from cursor: PageCursor?) async throws(MattermostError) -> CardPage {
        try await call(.read(.channelPosts), "cards in \(channelID)") { $0.cards(in: channelID, from: cursor) }
    }
}
