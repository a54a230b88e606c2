package import Access
package import Logging

/// The circuits of both servers.
package struct Circuits: Sendable {
    package let teleport: Breaker<TeleportError>
    package let chat: Breaker<MattermostError>

    package init(logger: Logger, elapsed: @escaping @Sendable () -> Duration) {
        teleport = Breaker("Teleport", logger: logger, elapsed: elapsed) { error in
            switch error.code {
            case .unavailable, .timedOut: .failing(atLeast: .zero)
            case .misconfigured: .broken
            case .cancelled: .unknown
            case .permissionDenied, .notFound, .conflict, .refused, .unimplemented, .other: .well
            }
        }
        chat = Breaker("Mattermost", logger: logger, elapsed: elapsed) { error in
            // It is there, and gave more than is read: one channel's or thread's affair.
            if error.reason == .tooLarge { return .well }
            return switch error.code {
            case .unreachable, .malformed: .failing(atLeast: .zero)
            case .status(let status): status >= 500 ? .failing(atLeast: .zero) : .well
            case .rateLimited(let seconds): .failing(atLeast: min(.seconds(max(seconds, 1)), MattermostError.longestPause))
            case .unauthorized: .broken
            case .forbidden, .notFound: .well
            case .cancelled: .unknown
            }
        }
    }

    /// For how long nothing can be done: a request needs both servers.
    package var wait: Duration? {
        switch (teleport.wait, chat.wait) {
        case (let one?, let other?): max(one, other)
        case (let one, let other): one ?? other
        }
    }

    /// That Mattermost asked for a pause, and until when, while that lasts: nothing is posted although it is there.
    package func asked(at now: Timestamp) -> String? {
        guard let pause = chat.asked else { return nil }
        let end = now.advanced(by: pause.left).secondInUTC
        return "it asked to be left alone, so nothing is posted until \(end): \(pause.failure)"
    }

    package func onRecovery(_ action: @escaping @Sendable () -> Void) {
        teleport.onRecovery(action)
        chat.onRecovery(action)
    }
}
