/// A moment on the wall clock, in milliseconds since 1970, as Mattermost counts them.
package struct Timestamp: Hashable, Comparable, Sendable {
    package var milliseconds: Int64

    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// Whether something can have happened at this time. Servers write zero or Go's year 1 if there is no such time.
    package var isMoment: Bool { milliseconds > 0 }

    package static func < (left: Self, right: Self) -> Bool { left.milliseconds < right.milliseconds }

    /// Returns the moment that is later by `duration`, in whole milliseconds. It saturates instead of trapping.
    package func advanced(by duration: Duration) -> Self {
        let (seconds, attoseconds) = duration.components
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        let step = overflow ? (seconds < 0 ? Int64.min : .max) : scaled &+ attoseconds / 1_000_000_000_000_000
        let (sum, sumOverflow) = milliseconds.addingReportingOverflow(step)
        return Timestamp(milliseconds: sumOverflow ? (step < 0 ? .min : .max) : sum)
    }

    /// Returns the time from `earlier` to this moment; negative if `earlier` is later.
    package func since(_ earlier: Self) -> Duration {
        .milliseconds(milliseconds.subtractingReportingOverflow(earlier.milliseconds).partialValue)
    }
}
