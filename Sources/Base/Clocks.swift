import Glibc

/// The two clocks that the plugin reads. Tests pass clocks of their own.
package struct Clocks: Sendable {
    /// The wall clock.
    package let now: @Sendable () -> Timestamp
    /// A clock that never jumps, as the time since some fixed moment.
    package let elapsed: @Sendable () -> Duration

    package init(now: @escaping @Sendable () -> Timestamp, elapsed: @escaping @Sendable () -> Duration) {
        self.now = now
        self.elapsed = elapsed
    }
}

extension Timestamp {
    /// The system's wall clock.
    package static var now: Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }
}
