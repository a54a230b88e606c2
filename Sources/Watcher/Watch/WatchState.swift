import Access
import Base

/// Decides when to open the watch again after it has ended, and whether the reason is worth a log line. Pure: the time that the
/// watch held and the jitter are passed in.
///
/// ```
/// connecting(failures) ── initReceived ──▶ watching(failuresBefore)
/// connecting(failures) ── ended ─────────▶ connecting(failures + 1)
/// watching ── ended, held at least `settled` ──▶ connecting(1)
/// watching ── ended sooner ────────────────────▶ connecting(failuresBefore + 1)
/// any state ── stop ──▶ stopped
/// ```
struct WatchState: Sendable {
    private enum State {
        /// `failures` counts the ends in a row without a watch that held for ``settled``.
        case connecting(failures: Int)
        case watching(failuresBefore: Int)
        case stopped
    }

    enum OnInit: Equatable {
        /// The watch is on for the first time.
        case connected
        /// The watch is on again after a failure that was logged.
        case recovered
        /// No INIT is waited for: it is a second one, or one after the stop.
        case ignore
    }

    enum OnEnd: Equatable {
        /// Open the watch again after this delay. `isNews` is false when the error equals the one before and the watch was not
        /// on in between.
        case reconnect(after: Duration, isNews: Bool)
        /// Shutdown was asked for: return from `run()`.
        case stop
    }

    /// How long a watch must have held to reset the backoff. One that ended sooner does not: the server may be restarting over
    /// and over.
    static let settled: Duration = .seconds(10)

    /// The longest delay of the first ``earlyAttempts``, about five minutes, so that the end of an outage is noticed within
    /// seconds.
    static let earlyCap: Duration = .seconds(8)
    static let earlyAttempts = 40

    private var state = State.connecting(failures: 0)
    /// The error of the last end; nil before the first, and after a watch was on.
    private var told = SayOnce<TeleportError>()
    private let first: Duration
    private let longest: Duration

    init(firstBackoff: Duration, longestBackoff: Duration) {
        first = firstBackoff
        longest = longestBackoff
    }

    var isWatching: Bool {
        if case .watching = state { true } else { false }
    }

    /// The watch's first event, INIT, has come.
    mutating func initReceived() -> OnInit {
        guard case .connecting(let failures) = state else { return .ignore }
        state = .watching(failuresBefore: failures)
        return told.last == nil ? .connected : .recovered
    }

    /// A connection failed or ended.
    ///
    /// - Parameters:
    ///   - held: how long the connection lasted.
    ///   - jitter: in 0..<1.
    mutating func ended(_ failure: TeleportError, held: Duration, jitter: Double) -> OnEnd {
        let failures: Int
        switch state {
        case .connecting(let before): failures = before
        case .watching(let before):
            failures = held >= Self.settled ? 0 : before
            told.clear()
        case .stopped: return .stop
        }
        state = .connecting(failures: failures + 1)
        return .reconnect(after: backoff(after: failures, jitter: jitter), isNews: told.isNews(failure))
    }

    /// Shutdown was asked for.
    mutating func stop() { state = .stopped }

    /// The delay doubles with each failure up to the longest; the jitter then takes between half of it and the whole.
    private func backoff(after failures: Int, jitter: Double) -> Duration {
        let cap = failures < Self.earlyAttempts ? min(longest, Self.earlyCap) : longest
        let pause = Backoff.pause(afterFailures: failures, in: first...max(first, cap))
        return Backoff.spread(pause, jitter: min(max(jitter, 0), 1))
    }
}
