/// The error of a call that Mattermost did not answer as it should.
package struct MattermostError: OperatorError {
    /// The kind of an error, which decides whether a retry can help.
    package enum Code: Hashable, Sendable {
        /// There was no complete answer in time. The call can be retried safely, because posts carry an idempotency key.
        case unreachable
        /// 401: the token is wrong or revoked; retrying cannot help.
        case unauthorized
        /// 403: the bot lacks a permission or is not in the channel. Mattermost also gives it for a post that does not exist.
        case forbidden
        /// 404: what was asked for does not exist.
        case notFound
        /// 429: the server asks to wait this long, in seconds.
        case rateLimited(retryAfter: Int)
        /// Another HTTP status.
        case status(Int)
        /// An answer that is not what the documented API gives.
        case malformed
        /// The client was shut down or the call cancelled.
        case cancelled
    }

    /// The reason that the `id` of the server's error tells.
    package enum Reason: Hashable, Sendable {
        case channelArchived
        case channelMissing
        /// The bot is not in the channel, or may not do this there.
        case notMember
        /// The bot may not edit or delete its own post, because of its role, the scheme or a time limit.
        case editRefused
        /// The post was deleted, or it was made a moment ago and was looked for in a replica of the database that lags.
        case postMissing
        /// The answer is larger than the client takes.
        case tooLarge
        case textTooLong
    }

    /// The longest pause before a call is made again, even if the server asks for more: its limits are for seconds
    /// (`X-Ratelimit-Reset`), and nobody is told of requests during the pause.
    package static let longestPause = Duration.seconds(60)

    package var code: Code
    /// Nil if nothing more than the code is known.
    package var reason: Reason?
    /// Whether the server certainly did not do what was asked, because it answered 4xx with an error of its own. Otherwise the
    /// call may have taken effect, or may still do so.
    package var isDefinite: Bool
    /// The call, and what the server said about it.
    package var words: String
    /// What the server said, without the call; nil if only ``words`` tells it.
    package var problem: String?
    package var mend: String?
    package var cause: (any Error)?

    package init(
        _ code: Code, _ words: String, reason: Reason? = nil, isDefinite: Bool = false, mend: String? = nil,
        cause: (any Error)? = nil
    ) {
        self.code = code
        self.reason = reason
        self.isDefinite = isDefinite
        self.words = words
        self.mend = mend
        self.cause = cause
    }

    /// A text that errors of one cause share, whatever the call and however long it took.
    package var kind: String { "\(code) \((problem ?? words).filter { !$0.isNumber })" }

    /// Returns the same error with other words and the mend that fits them. Its ``cause`` is the original error.
    package func reworded(_ words: String, mend: String?) -> MattermostError {
        MattermostError(code, words, reason: reason, isDefinite: isDefinite, mend: mend, cause: self)
    }
}
