import Glibc

/// A time in nanoseconds since 1970, which is the precision of Teleport's times and record numbers.
package struct WallTime: Hashable, Comparable, Sendable {
    package var nanoseconds: Int64

    package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    package static func now() -> Self {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Self(nanoseconds: Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec))
    }

    package var milliseconds: Int64 { nanoseconds / 1_000_000 }

    package static func < (left: Self, right: Self) -> Bool { left.nanoseconds < right.nanoseconds }

    /// Adds a duration. It overflows three centuries from now, and then wraps instead of trapping.
    package static func + (time: Self, duration: Duration) -> Self {
        let (seconds, attoseconds) = duration.components
        return Self(nanoseconds: time.nanoseconds &+ seconds &* 1_000_000_000 &+ attoseconds / 1_000_000_000)
    }
}
