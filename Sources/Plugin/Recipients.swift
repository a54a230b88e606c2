package import Access
import Synchronization

/// A channel by its URL slugs.
package struct ChannelName: Hashable, Sendable, CustomStringConvertible {
    package var team: String
    package var channel: String

    package init(team: String, channel: String) {
        self.team = team
        self.channel = channel
    }

    /// As the signed buttons name the recipient.
    package var description: String { "\(team)/\(channel)" }
}

/// Who is told of requests: one channel, found by the names of its team and itself, once.
package final class Recipients: Sendable {
    private struct Known {
        var channelID: String?
        var bot: ChatUser?
    }

    private let chat: any ChatService
    private let channel: ChannelName
    private let known = Mutex(Known())

    package init(chat: any ChatService, channel: ChannelName) {
        self.chat = chat
        self.channel = channel
    }

    package func channels() async throws(MattermostError) -> [String] {
        if let id = known.withLock({ $0.channelID }) { return [id] }
        let id = try await chat.channelID(team: channel.team, channel: channel.channel)
        known.withLock { $0.channelID = id }
        return [id]
    }

    package func botID() async throws(MattermostError) -> String {
        if let bot = known.withLock({ $0.bot }) { return bot.id }
        let bot = try await chat.me()
        known.withLock { $0.bot = bot }
        return bot.id
    }
}
