/// Computes the pauses between attempts that fail. They double from the shortest to the longest.
package struct Backoff: Sendable {
    private let range: ClosedRange<Duration>
    private var failures = 0

    package init(_ range: ClosedRange<Duration>) { self.range = range }

    /// Notes one more failure and returns the pause after it.
    package mutating func next() -> Duration {
        defer { failures += 1 }
        return Self.pause(afterFailures: failures, in: range)
    }

    /// Notes a success, so that the next failure is followed by the shortest pause again.
    package mutating func reset() { failures = 0 }

    /// Returns the shortest pause of `range`, doubled for each failure before the last one, and never longer than the longest.
    package static func pause(afterFailures failures: Int, in range: ClosedRange<Duration>) -> Duration {
        min(range.lowerBound * (1 << min(max(failures, 0), 20)), range.upperBound)
    }

    /// Spreads a pause over its second half, so that many who wait do not come back at the same moment.
    /// - Parameter jitter: a random number in 0..<1.
    package static func spread(_ pause: Duration, jitter: Double) -> Duration { pause / 2 + pause / 2 * jitter }
}
