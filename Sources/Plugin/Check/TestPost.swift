import Access
import Mattermost
import Settings
import Synchronization

/// The post with the test button, so that it is removed however the check ends.
final class TestPost: Sendable {
    private struct Made {
        var url: ServerURL
        var token: Secret<String>
        var channelID: String
        var botID: String
        var requestID: RequestID
        var since: Timestamp
        /// Nil while nobody knows whether it was made.
        var reference: PostReference?
    }

    private let made = Mutex<Made?>(nil)

    /// Before it is made: an answer that is lost must not leave a post behind.
    func willBeMade(in channelID: String, by botID: String, about requestID: RequestID, _ chat: Settings.Chat) {
        made.withLock {
            $0 = Made(
                url: chat.url, token: chat.token, channelID: channelID, botID: botID, requestID: requestID,
                since: Timestamp.now.advanced(by: .seconds(-3600)))
        }
    }

    func wasMade(_ reference: PostReference) { made.withLock { $0?.reference = reference } }

    /// Does nothing where there is none. One that could not be removed is kept in mind, unless the server will not have it. With
    /// a client of its own: the check's may have been told to end.
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
        let chat = try MattermostClient(.init(url: post.url, token: post.token))
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
