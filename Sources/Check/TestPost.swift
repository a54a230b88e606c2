import Access
import Mattermost
import Settings
import Synchronization

/// Remembers the post with the test button, so that it can be removed however the check ends.
final class TestPost: Sendable {
    private struct Made {
        var client: MattermostClient.Configuration
        var channelID: String
        var botID: String
        var requestID: RequestID
        var since: Timestamp
        /// The post; nil while it is not known whether it was made.
        var reference: PostReference?
    }

    private let made = Mutex<Made?>(nil)

    /// Records that a post is about to be made. It must be called before the post is made, so that the post can be found and
    /// removed even if the answer is lost.
    func willBeMade(in channelID: String, by botID: String, about requestID: RequestID, _ chat: Settings.Chat) {
        made.withLock {
            $0 = Made(
                client: chat.client, channelID: channelID, botID: botID, requestID: requestID,
                since: Timestamp.now.advanced(by: .seconds(-3600)))
        }
    }

    func wasMade(_ reference: PostReference) { made.withLock { $0?.reference = reference } }

    /// Removes the post, if one was made. If that fails, the next call tries again, unless the server refused to remove it. A
    /// new client is used, because the check's client may have been shut down.
    func remove() async throws {
        do {
            try await removeOnce()
        } catch let error as MattermostError where error.isDefinite {
            made.withLock { $0 = nil }
            throw error
        }
    }

    private func removeOnce() async throws {
        guard let post = made.withLock({ $0 }) else { return }
        let chat = try MattermostClient(post.client)
        defer { chat.shutdown() }
        if let reference = post.reference {
            try await chat.deletePost(reference)
        } else {
            let cards = try await chat.recentCards(in: post.channelID, by: post.botID, since: post.since, limit: 100)
            for card in cards where card.requestID == post.requestID { try await chat.deletePost(card.reference) }
        }
        made.withLock { $0 = nil }
    }
}
