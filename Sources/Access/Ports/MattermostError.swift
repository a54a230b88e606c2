/// Why Mattermost did not do what was asked.
package struct MattermostError: OperatorError {
    package enum Code: Hashable, Sendable {
        /// No whole answer in time. Safe to retry: posts carry an idempotency key.
        case unreachable
        /// 401: the token is wrong or revoked; retrying cannot help.
        case unauthorized
        /// 403: the bot lacks a permission or is not in the channel. Also for a post that does not exist.
        case forbidden
        /// 404.
        case notFound
        /// 429: wait this long, in seconds.
        case rateLimited(retryAfter: Int)
        case status(Int)
        /// An answer that is not what the documented API gives.
        case malformed
        /// The client was shut down or the call cancelled.
        case cancelled
    }

    /// What the server said, where its error's `id` tells.
    package enum Reason: Hashable, Sendable {
        case channelArchived
        case channelMissing
        /// The bot is not in the channel, or may not do this there.
        case notMember
        /// The bot may not edit or delete its own post: by its role, the scheme or a time limit.
        case editRefused
        /// Deleted, or made a moment ago and read from a replica of the database that lags.
        case postMissing
        /// The answer is larger than the client takes.
        case tooLarge
        case textTooLong
    }

    /// A server that asks for a longer pause is asked again after this: its limits are for seconds (`X-Ratelimit-Reset`), and
    /// nobody is told of a request meanwhile.
    package static let longestPause = Duration.seconds(60)

    package var code: Code
    /// Nil if nothing more than the code is known.
    package var reason: Reason?
    /// Whether the server certainly did not do what was asked: it answered 4xx with an error of its own. Otherwise it may have
    /// been done, or may be done yet.
    package var isDefinite: Bool
    /// The call and what the server said.
    package var words: String
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

    /// The same error in other words and with the mend that fits them; ``cause`` is the error before.
    package func reworded(_ words: String, mend: String?) -> MattermostError {
        MattermostError(code, words, reason: reason, isDefinite: isDefinite, mend: mend, cause: self)
    }
}
