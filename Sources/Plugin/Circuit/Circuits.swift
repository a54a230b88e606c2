import Access
import Logging

/// The circuits of both servers.
struct Circuits: Sendable {
    let teleport: Breaker<TeleportError>
    let chat: Breaker<MattermostError>

    init(logger: Logger, elapsed: @escaping @Sendable () -> Duration) {
        teleport = Breaker("Teleport", logger: logger, elapsed: elapsed) { error in
            switch error.code {
            case .unavailable, .timedOut: .failing(atLeast: .zero)
            case .misconfigured: .broken
            case .permissionDenied, .notFound, .conflict, .refused, .unimplemented, .other: .well
            }
        }
        chat = Breaker("Mattermost", logger: logger, elapsed: elapsed) { error in
            // It is there, and gave more than is read: one channel's or thread's affair.
            if error.reason == .tooLarge { return .well }
            return switch error.code {
            case .unreachable, .malformed: .failing(atLeast: .zero)
            case .status(let status): status >= 500 ? .failing(atLeast: .zero) : .well
            case .rateLimited(let seconds): .failing(atLeast: .seconds(min(max(seconds, 1), 300)))
            case .unauthorized: .broken
            case .forbidden, .notFound: .well
            case .cancelled: .unknown
            }
        }
    }

    /// For how long nothing can be done: a request needs both servers.
    var wait: Duration? {
        switch (teleport.wait, chat.wait) {
        case (let one?, let other?): max(one, other)
        case (let one, let other): one ?? other
        }
    }

    func onRecovery(_ action: @escaping @Sendable () -> Void) {
        teleport.onRecovery(action)
        chat.onRecovery(action)
    }
}
