import Access

/// Decides when to open the watch again and how loudly to say why. No clock and no dice inside.
struct WatchState: Sendable {
    private enum State {
        /// `failures` counts the ends in a row without a watch that held.
        case connecting(failures: Int)
        case watching(failuresBefore: Int)
        case stopped
    }

    enum OnInit: Equatable {
        case connected
        /// Connected again after a failure that was logged.
        case recovered
        /// Not waited for: a second INIT, or one after the stop.
        case ignore
    }

    enum OnEnd: Equatable {
        /// Open the watch again after this delay. `isNews`: the reason differs from the last one since a recovery.
        case reconnect(after: Duration, isNews: Bool)
        /// Shutdown was asked for: return from `run()`.
        case stop
    }

    /// A watch that ended sooner does not reset the backoff: the server may be restarting over and over.
    static let settled: Duration = .seconds(10)

    /// For the first few minutes the delay grows no further than this, so that the end of an outage is met within seconds.
    static let eager: Duration = .seconds(8)
    static let eagerTries = 40

    private var state = State.connecting(failures: 0)
    private var lastFailure: TeleportError?
    private let first: Duration
    private let longest: Duration

    init(firstBackoff: Duration, longestBackoff: Duration) {
        first = firstBackoff
        longest = longestBackoff
    }

    var isWatching: Bool {
        if case .watching = state { true } else { false }
    }

    mutating func initReceived() -> OnInit {
        guard case .connecting(let failures) = state else { return .ignore }
        state = .watching(failuresBefore: failures)
        return lastFailure == nil ? .connected : .recovered
    }

    /// - Parameters:
    ///   - held: how long the watch was on; zero when it never was.
    ///   - dice: in 0..<1.
    mutating func ended(_ failure: TeleportError, held: Duration, dice: Double) -> OnEnd {
        let failures: Int
        switch state {
        case .connecting(let before): failures = before
        case .watching(let before):
            failures = held >= Self.settled ? 0 : before
            lastFailure = nil
        case .stopped: return .stop
        }
        state = .connecting(failures: failures + 1)
        let isNews = failure != lastFailure
        lastFailure = failure
        return .reconnect(after: backoff(after: failures, dice: dice), isNews: isNews)
    }

    mutating func stop() { state = .stopped }

    /// Doubles with each failure up to the longest, then takes between half of it and the whole.
    private func backoff(after failures: Int, dice: Double) -> Duration {
        let cap = failures < Self.eagerTries ? min(longest, Self.eager) : longest
        var whole = first
        for _ in 0..<min(failures, 32) where whole < cap { whole *= 2 }
        return min(whole, cap) * (0.5 + 0.5 * min(max(dice, 0), 1))
    }
}
