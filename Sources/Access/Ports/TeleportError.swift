/// Why Teleport did not do what was asked.
package struct TeleportError: Error, Sendable, CustomStringConvertible {
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

    package var code: Code
    /// For the operator: what failed and, where there is one, the mend.
    package var message: String
    package var cause: (any Error)?

    package init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    package var description: String { message }
}
