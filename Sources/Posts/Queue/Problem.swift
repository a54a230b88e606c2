package import Access

/// An error of either server, as far as retrying goes.
package struct Problem {
    package var error: any OperatorError
    /// Only a person can mend it: said as an error, and tried again slowly.
    package var isPermanent: Bool
    /// For how long at least not to try again.
    var retryAfter: Duration
    /// Somebody was told of the request all the same, so that the plugin does its work.
    var isNote = false

    /// The words of the problem in the log.
    package var message: String { error.message }

    private static let slowly = Duration.seconds(30)

    package init(_ error: any Error) {
        let hindrance = error as? Hindrance
        isNote = hindrance?.isPosted ?? false
        let error: any Error = hindrance?.error ?? error
        self.error = error as? any OperatorError ?? Notice("\(error)")
        isPermanent = false
        retryAfter = .zero
        switch error {
        case let error as MattermostError:
            switch error.code {
            case .unauthorized, .forbidden, .notFound: isPermanent = true
            case .status where error.isLasting: isPermanent = true
            case .rateLimited(let seconds): retryAfter = min(.seconds(max(seconds, 1)), MattermostError.longestPause)
            case .unreachable, .status, .malformed, .cancelled: break
            }
        case let error as TeleportError:
            switch error.code {
            case .permissionDenied, .misconfigured, .unimplemented: isPermanent = true
            case .unavailable, .timedOut, .notFound, .conflict, .refused, .cancelled, .other: break
            }
        default: break
        }
        if isPermanent { retryAfter = Self.slowly }
    }
}
