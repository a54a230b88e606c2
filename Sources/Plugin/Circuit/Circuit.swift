/// Whether to call a server at all: after a few failures in a row only one call now and then, until one succeeds.
///
/// Pure: times are durations since any fixed moment, and the jitter is passed in. An outage of a minute is noticed to be over
/// within ten seconds, a longer one within twenty.
struct Circuit: Sendable {
    /// Failures in a row that make an outage.
    static let threshold = 3
    /// A probe that has not come back after this does not hold up the next one.
    static let probeLimit = Duration.seconds(15)
    static let delays = Duration.milliseconds(500)...Duration.seconds(20)

    private struct Outage {
        var since: Duration
        /// The next call goes through then.
        var until: Duration
        /// Until when the server asked to be left alone: no success of another call shortens that.
        var asked: Duration
    }

    private var failures = 0
    private var outage: Outage?

    init() {}

    var isOpen: Bool { outage != nil }

    /// For how long no call will be let through.
    func wait(at now: Duration) -> Duration? {
        guard let outage, outage.until > now else { return nil }
        return outage.until - now
    }

    /// For how long the server asked to be left alone.
    func asked(at now: Duration) -> Duration? {
        guard let outage, outage.asked > now else { return nil }
        return outage.asked - now
    }

    /// Whether a call may be made. One that may during an outage is the probe: others wait for what becomes of it.
    mutating func admits(at now: Duration) -> Bool {
        guard outage != nil else { return true }
        guard wait(at: now) == nil else { return false }
        outage?.until = now + Self.probeLimit
        return true
    }

    /// True when this ended an outage.
    mutating func succeeded(at now: Duration) -> Bool {
        failures = 0
        guard let outage, outage.asked <= now else { return false }
        self.outage = nil
        return true
    }

    /// With `atLeast` one failure is enough, and no jitter shortens it; where the server asked for it (`isAsked`), nor does a
    /// success. True when an outage began.
    mutating func failed(at now: Duration, atLeast: Duration, isAsked: Bool = false, jitter: Double) -> Bool {
        failures += 1
        guard isOpen || failures >= Self.threshold || atLeast > .zero else { return false }
        let since = outage?.since ?? now
        let delay = min(max((now - since) / 6, Self.delays.lowerBound), Self.delays.upperBound)
        let until = now + max(atLeast, delay / 2 + delay / 2 * jitter)
        let asked = max(outage?.asked ?? .zero, isAsked ? now + atLeast : .zero)
        defer { outage = Outage(since: since, until: max(until, asked), asked: asked) }
        return !isOpen
    }
}
