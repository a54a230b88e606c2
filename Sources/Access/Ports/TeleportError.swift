/// Why Teleport did not do what was asked.
///
/// Two errors are equal when an operator would read the same: ``cause`` is not compared.
package struct TeleportError: OperatorError, Equatable {
    package enum Code: Hashable, Sendable {
        /// No connection, or it ended before a whole answer. Whether a write happened is not known.
        case unavailable
        /// No answer in time. Whether a write happened is not known.
        case timedOut
        /// The role lacks a rule.
        case permissionDenied
        /// The request is gone.
        case notFound
        /// A compare-and-swap found other values than it expected, or too many writers: read again.
        case conflict
        /// The server refuses the call as it is: already denied, bad parameters.
        case refused
        /// The server does not have this call.
        case unimplemented
        /// Certificates, keys or names: nothing changes until a person mends them.
        case misconfigured
        /// The caller gave the call up, or the plugin ends: nothing is known of the server, nor whether a write happened.
        case cancelled
        case other
    }

    /// What is known beyond the code.
    package enum Reason: Hashable, Sendable {
        /// A file of credentials is missing, cannot be used, or expires.
        case credentials
        /// The server answered, and its version is older than the plugin needs.
        case serverTooOld
        /// Every route to the auth service was tried. The mend is what a proxy at the address says of itself.
        case noRoute
        /// The server took no review.
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
        case .serverTooOld, .review, nil: "\(words); \(mend)"
        }
    }

    package static func == (left: Self, right: Self) -> Bool {
        (left.code, left.reason, left.words, left.mend) == (right.code, right.reason, right.words, right.mend)
    }
}
