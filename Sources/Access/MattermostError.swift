/// Why Mattermost did not do what was asked.
package struct MattermostError: Error, Sendable, CustomStringConvertible {
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

    package var code: Code
    /// For the operator: the call, what the server said, and the mend where there is one.
    package var message: String
    package var cause: (any Error)?

    package init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    package var description: String { message }
}
