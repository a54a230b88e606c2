import Access
import Glibc

extension Timestamp {
    /// By the system's clock.
    static var now: Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }
}

/// How this process signs its claims: a name that no other process has.
enum Replica {
    static func newName() -> String { String(UInt64.random(in: .min ... .max), radix: 36) }
}
