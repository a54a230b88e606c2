/// Decides whether a server may be called. After three failures in a row the circuit is open: then only single calls, the
/// probes, are let through, until one succeeds.
///
/// A pure state machine: times are durations since any fixed moment, and the jitter is passed in.
///
/// ```
///            3 failures in a row,
///            or one with a pause
///   closed ─────────────────────▶ open ──┐ failure: the next probe after 1/6 of the outage's length,
///     ▲                            │  ▲──┘          at least 0.5 s and at most 20 s
///     └────────────────────────────┘
///       success, unless the server asked for a pause that is not over, or it refuses the
///       plugin's credentials and the call needed none
/// ```
///
/// The end of an outage of one minute is therefore noticed within ten seconds, and the end of a longer one within twenty.
struct Circuit: Sendable {
    /// The number of failures in a row that open the circuit.
    static let threshold = 3
    /// The time that a probe may take before the next one is let through.
    static let probeLimit = Duration.seconds(15)
    /// The shortest and the longest time between two probes.
    static let delays = Duration.milliseconds(500)...Duration.seconds(20)

    /// The cause of a failed call.
    enum Cause: Equatable {
        case failing
        /// The server asked for a pause of this length. A success does not shorten it.
        case asked(Duration)
        /// The server refuses the plugin's credentials. One such failure opens the circuit, and only a call that needs
        /// credentials closes it.
        case refused

        /// The shortest time until the next probe. If it is positive, one failure opens the circuit.
        fileprivate var pause: Duration {
            switch self {
            case .failing: .zero
            case .asked(let pause): pause
            case .refused: Circuit.delays.upperBound
            }
        }
    }

    private struct Outage {
        var since: Duration
        /// The time at which the next probe is let through.
        var nextProbe: Duration
        /// The end of the pause that the server asked for. A success of another call does not shorten it.
        var pauseEnd: Duration
        /// Whether the server refuses the plugin's credentials.
        var isRefusal: Bool
    }

    private var failures = 0
    private var outage: Outage?

    init() {}

    var isOpen: Bool { outage != nil }

    /// The time until the next probe is let through; nil when a call may be made now.
    func wait(at now: Duration) -> Duration? {
        guard let outage, outage.nextProbe > now else { return nil }
        return outage.nextProbe - now
    }

    /// The remaining time of the pause that the server asked for; nil if there is no pause.
    func pause(at now: Duration) -> Duration? {
        guard let outage, outage.pauseEnd > now else { return nil }
        return outage.pauseEnd - now
    }

    /// Whether a call may be made now. When the circuit is open, the admitted call is the probe, and others have to wait for
    /// its outcome.
    mutating func admits(at now: Duration) -> Bool {
        guard outage != nil else { return true }
        guard wait(at: now) == nil else { return false }
        outage?.nextProbe = now + Self.probeLimit
        return true
    }

    /// Records a successful call. Returns true when it closed the circuit.
    ///
    /// - Parameter isAnonymous: whether the server makes this call for anybody, whatever the credentials.
    mutating func succeeded(at now: Duration, isAnonymous: Bool = false) -> Bool {
        if isAnonymous, outage?.isRefusal == true { return false }
        failures = 0
        guard let outage, outage.pauseEnd <= now else { return false }
        self.outage = nil
        return true
    }

    /// Records a failed call. Returns true when it opened the circuit.
    ///
    /// - Parameter jitter: from 0 to 1; shortens the delay by up to a half, so that replicas do not probe at the same time.
    mutating func failed(at now: Duration, _ cause: Cause = .failing, jitter: Double) -> Bool {
        failures += 1
        guard isOpen || failures >= Self.threshold || cause.pause > .zero else { return false }
        let since = outage?.since ?? now
        let delay = min(max((now - since) / 6, Self.delays.lowerBound), Self.delays.upperBound)
        let until = now + max(cause.pause, delay / 2 + delay / 2 * jitter)
        var pauseEnd = outage?.pauseEnd ?? .zero
        if case .asked(let pause) = cause { pauseEnd = max(pauseEnd, now + pause) }
        let isRefusal = cause == .refused || outage?.isRefusal == true
        defer {
            outage = Outage(since: since, nextProbe: max(until, pauseEnd), pauseEnd: pauseEnd, isRefusal: isRefusal)
        }
        return !isOpen
    }
}
