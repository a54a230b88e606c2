/// The error of a call that Teleport did not answer as it should.
///
/// Two errors are equal if an operator reads the same in both: ``cause`` is not compared.
package struct TeleportError: OperatorError, Equatable {
    /// The kind of an error, which decides whether a retry can help.
    package enum Code: Hashable, Sendable {
        /// There was no connection, or it ended before a complete answer. It is not known whether a write took effect.
        case unavailable
        /// There was no answer in time. It is not known whether a write took effect.
        case timedOut
        /// The plugin's role lacks a rule for the call.
        case permissionDenied
        /// The request is gone.
        case notFound
        /// A compare-and-swap found other values than it expected, or there were too many writers. The caller should read
        /// again.
        case conflict
        /// The server refuses the call as it is, because the request is denied already or a parameter is bad.
        case refused
        /// The server does not have this call.
        case unimplemented
        /// Certificates, keys or names are wrong. Nothing changes until a person mends them.
        case misconfigured
        /// The caller gave the call up, or the plugin ends. Neither the server's condition nor whether a write took effect is
        /// known.
        case cancelled
        case other
    }

    /// The reason of an error, if more than the code is known.
    package enum Reason: Hashable, Sendable {
        /// A file of credentials is missing, cannot be used, or expires.
        case credentials
        /// The server answered, and its version is older than the plugin needs.
        case serverTooOld
        /// Every route to the auth service was tried without success. The mend is what a proxy at the address says of itself.
        case noRoute
        /// The HTTP proxy on the way to the server cannot be reached, or does not connect to the server.
        case proxy
        /// The cluster requires MFA for administrative actions, and does not exempt the plugin's identity.
        case needsMFA
        /// The server did not accept a review.
        case review(ReviewRefusal)
    }

    package var code: Code
    package var reason: Reason?
    package var words: String
    package var mend: String?
    package var cause: (any Error)?

    package init(
        _ code: Code, _ words: String, mend: String? = nil, reason: Reason? = nil, cause: (any Error)? = nil
    ) {
        self.code = code
        self.reason = reason
        self.words = words
        self.mend = mend
        self.cause = cause
    }

    package var message: String {
        guard let mend else { return words }
        return switch reason {
        case .credentials: "\(words): \(mend)"
        case .noRoute: "\(mend) \(words)"
        case .serverTooOld, .proxy, .needsMFA, .review, nil: "\(words); \(mend)"
        }
    }

    package static func == (left: Self, right: Self) -> Bool {
        (left.code, left.reason, left.words, left.mend) == (right.code, right.reason, right.words, right.mend)
    }
}
