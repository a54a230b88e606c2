/// A moment on the wall clock, in milliseconds since 1970, as Mattermost counts them.
package struct Timestamp: Hashable, Comparable, Sendable {
    package var milliseconds: Int64

    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// Whether this can be when something happened. Servers write a moment that is none as zero or as Go's year 1.
    package var isMoment: Bool { milliseconds > 0 }

    package static func < (left: Self, right: Self) -> Bool { left.milliseconds < right.milliseconds }

    /// Later by whole milliseconds; saturates instead of trapping.
    package func advanced(by duration: Duration) -> Self {
        let (seconds, attoseconds) = duration.components
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        let step = overflow ? (seconds < 0 ? Int64.min : .max) : scaled &+ attoseconds / 1_000_000_000_000_000
        let (sum, sumOverflow) = milliseconds.addingReportingOverflow(step)
        return Timestamp(milliseconds: sumOverflow ? (step < 0 ? .min : .max) : sum)
    }

    /// The time from `earlier` to this moment; negative if that one is later.
    package func since(_ earlier: Self) -> Duration {
        .milliseconds(milliseconds.subtractingReportingOverflow(earlier.milliseconds).partialValue)
    }
}
