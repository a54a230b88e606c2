package import Access
package import Logging

/// The circuit breakers of both servers, and the rules that decide which errors count as failures of a server.
package struct Circuits: Sendable {
    package let teleport: Breaker<TeleportError>
    package let chat: Breaker<MattermostError>

    /// - Parameter jitter: returns a random number in 0..<1, by which the pauses between probes differ.
    package init(
        logger: Logger, elapsed: @escaping @Sendable () -> Duration,
        jitter: @escaping @Sendable () -> Double = { .random(in: 0..<1) }
    ) {
        teleport = Breaker("Teleport", logger: logger, elapsed: elapsed, jitter: jitter) { error in
            switch error.code {
            case .unavailable, .timedOut: .failing
            case .misconfigured: .misconfigured
            case .cancelled: .unknown
            case .permissionDenied, .notFound, .conflict, .refused, .unimplemented, .other: .healthy
            }
        }
        chat = Breaker("Mattermost", logger: logger, elapsed: elapsed, jitter: jitter, kind: \.kind) { error in
            // The server answered with more than the client reads. That concerns one channel or thread only.
            if error.reason == .tooLarge { return .healthy }
            return switch error.code {
            case .unreachable, .malformed: .failing
            case .status(let status): status >= 500 ? .failing : .healthy
            case .rateLimited(let seconds): .paused(min(.seconds(max(seconds, 1)), MattermostError.longestPause))
            case .unauthorized: .misconfigured
            case .forbidden, .notFound: .healthy
            case .cancelled: .unknown
            }
        }
    }

    /// The time for which no request can be worked on; nil when both servers may be called. Work on a request needs both, so it
    /// is the longer of the two waits.
    package var wait: Duration? {
        switch (teleport.wait, chat.wait) {
        case (let one?, let other?): max(one, other)
        case (let one, let other): one ?? other
        }
    }

    /// A note for readiness while Mattermost has asked for a pause, because nothing is posted meanwhile although the server is
    /// reachable. Nil if there is no pause.
    package func pauseNote(at now: Timestamp) -> String? {
        guard let pause = chat.requestedPause else { return nil }
        let end = now.advanced(by: pause.left).secondInUTC
        return "it asked to be left alone, so nothing is posted until \(end): \(pause.failure)"
    }

    /// Sets the action that is called when the outage of either server is over.
    package func onRecovery(_ action: @escaping @Sendable () -> Void) {
        teleport.onRecovery(action)
        chat.onRecovery(action)
    }
}
