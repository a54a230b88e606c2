package import Access

/// Classifies an error of Teleport or Mattermost for retrying: whether only a person can mend it, and how long to wait before
/// the next attempt.
package struct Problem {
    package var error: any OperatorError
    /// Whether only a person can mend the problem. If so, it is logged as an error and tried again after 30 seconds at the
    /// earliest.
    package var isPermanent: Bool
    /// The shortest time to wait before the next attempt.
    var retryAfter: Duration
    /// Whether the health shows the problem as a note and not as a failure, because the plugin does its work: somebody was told of
    /// the request in spite of the problem, or the request itself keeps it from being posted.
    var isNote = false

    /// The text of the problem as the log shows it.
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
        // A requester can cause it, and must not make the plugin unready by that.
        case is Undecided: (isPermanent, isNote) = (true, true)
        default: break
        }
        if isPermanent { retryAfter = Self.slowly }
    }
}
