#if DEBUG
    import Access
    import Glibc
    import Synchronization

    /// For tests of crashes, in debug builds alone: ends the process as `kill -9` does, right after an external write
    /// succeeded.
    final class KillPoint: Sendable {
        /// Names the write, as in `post`, or `post:2` for the second of its kind.
        static let variable = "TELEPORT_MATTERMOST_KILL_AFTER"

        enum Write: String, Sendable {
            case claim, record, settle, progress, replied, decision, release, decide, review, post, update, reply, remove

            /// What an update of the plugin data is for.
            init?(setting fields: [String: String]) {
                if let decision = fields[PluginRecord.Key.decision] {
                    self = decision.isEmpty ? .release : .decision
                } else if fields[PluginRecord.Key.resolution] != nil {
                    self = .settle
                } else if fields[PluginRecord.Key.replies] != nil {
                    self = .replied
                } else if fields[PluginRecord.Key.progress] != nil {
                    self = .progress
                } else if fields[PluginRecord.Key.messages] != nil {
                    self = .record
                } else if fields[PluginRecord.Key.claim]?.isEmpty == false {
                    self = .claim
                } else {
                    return nil
                }
            }
        }

        private let write: Write
        private let left: Mutex<Int>

        /// Nil unless the environment asks for one.
        static func fromEnvironment() -> KillPoint? {
            guard let text = getenv(variable).map({ String(cString: $0) }) else { return nil }
            let parts = text.split(separator: ":").map(String.init)
            guard let name = parts.first, let write = Write(rawValue: name) else { return nil }
            return KillPoint(after: write, number: parts.count > 1 ? Int(parts[1]) ?? 1 : 1)
        }

        private init(after write: Write, number: Int) {
            self.write = write
            left = Mutex(number)
        }

        func succeeded(_ write: Write?) {
            guard write == self.write else { return }
            let isDue = left.withLock { left in
                left -= 1
                return left == 0
            }
            if isDue { kill(getpid(), SIGKILL) }
        }
    }

    struct KillingTeleport: AccessService {
        let teleport: any AccessService
        let point: KillPoint

        var clusterName: String? { teleport.clusterName }
        var webAddress: String? { teleport.webAddress }

        func request(_ id: RequestID) async throws(TeleportError) -> AccessRequest? { try await teleport.request(id) }
        func named(_ request: AccessRequest) async -> Subject { await teleport.named(request) }
        func requests() async throws(TeleportError) -> [AccessRequest] { try await teleport.requests() }
        func showsAllRequests() async throws(TeleportError) -> Bool { try await teleport.showsAllRequests() }
        func pluginData(of id: RequestID) async throws(TeleportError) -> [String: String] {
            try await teleport.pluginData(of: id)
        }

        func allPluginData() async throws(TeleportError) -> [RequestID: [String: String]]? {
            try await teleport.allPluginData()
        }

        func updatePluginData(
            of id: RequestID, setting: [String: String], expecting: [String: String]
        ) async throws(TeleportError) {
            try await teleport.updatePluginData(of: id, setting: setting, expecting: expecting)
            point.succeeded(KillPoint.Write(setting: setting))
        }

        func decide(
            _ decision: Decision, on id: RequestID, delegator: String, reason: String
        ) async throws(TeleportError) {
            try await teleport.decide(decision, on: id, delegator: delegator, reason: reason)
            point.succeeded(.decide)
        }

        func review(
            _ decision: Decision, of id: RequestID, as author: String?, reason: String
        ) async throws(TeleportError) -> AccessRequest {
            let request = try await teleport.review(decision, of: id, as: author, reason: reason)
            point.succeeded(.review)
            return request
        }
    }

    struct KillingChat: ChatService {
        let chat: any ChatService
        let point: KillPoint

        func me() async throws(MattermostError) -> ChatUser { try await chat.me() }
        func clickerKey() async throws(MattermostError) -> String? { try await chat.clickerKey() }
        func user(_ id: String) async throws(MattermostError) -> ChatUser { try await chat.user(id) }
        func user(named username: String) async throws(MattermostError) -> ChatUser { try await chat.user(named: username) }
        func isMember(_ userID: String, of channelID: String) async throws(MattermostError) -> Bool {
            try await chat.isMember(userID, of: channelID)
        }

        func open(_ dialog: ReasonDialog, triggerID: Secret<String>) async throws(MattermostError) {
            try await chat.open(dialog, triggerID: triggerID)
        }

        func user(emailed address: String) async throws(MattermostError) -> ChatUser { try await chat.user(emailed: address) }
        func channel(team: String, channel: String) async throws(MattermostError) -> ChannelInfo {
            try await chat.channel(team: team, channel: channel)
        }

        func teams(of userID: String) async throws(MattermostError) -> [TeamInfo] { try await chat.teams(of: userID) }
        func channels(of userID: String, inTeam teamID: String) async throws(MattermostError) -> [ChannelInfo] {
            try await chat.channels(of: userID, inTeam: teamID)
        }

        func directChannelID(of botID: String, with userID: String) async throws(MattermostError) -> String {
            try await chat.directChannelID(of: botID, with: userID)
        }

        func createPost(
            _ card: Card, in channelID: String, pendingPostID: String
        ) async throws(MattermostError) -> PostReference {
            let post = try await chat.createPost(card, in: channelID, pendingPostID: pendingPostID)
            point.succeeded(.post)
            return post
        }

        func reply(_ reply: ThreadReply, to post: PostReference, pendingPostID: String) async throws(MattermostError) {
            try await chat.reply(reply, to: post, pendingPostID: pendingPostID)
            point.succeeded(.reply)
        }

        func replies(to post: PostReference, by botID: String) async throws(MattermostError) -> [PostedReply]? {
            try await chat.replies(to: post, by: botID)
        }

        func updatePost(_ post: PostReference, to card: Card) async throws(MattermostError) {
            try await chat.updatePost(post, to: card)
            point.succeeded(.update)
        }

        func deletePost(_ post: PostReference) async throws(MattermostError) {
            try await chat.deletePost(post)
            point.succeeded(.remove)
        }

        func post(_ post: PostReference) async throws(MattermostError) -> PostedCard? { try await chat.post(post) }

        func cards(
            in channelID: String, by botID: String, from cursor: PageCursor?
        ) async throws(MattermostError) -> CardPage {
            try await chat.cards(in: channelID, by: botID, from: cursor)
        }
    }
#endif
