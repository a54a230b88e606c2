import NIOCore

/// A token bucket. It is kept as the time at which it will be full again, which is in the past for a new bucket.
struct Bucket {
    struct Rate {
        var burst: Int
        /// The time in which one token comes back.
        var refill: TimeAmount
    }

    private(set) var fullAt = NIODeadline.uptimeNanoseconds(0)

    /// Takes a token. False when there was none.
    mutating func take(_ rate: Rate, at now: NIODeadline) -> Bool {
        guard !isEmpty(rate, at: now) else { return false }
        fullAt = max(fullAt, now) + rate.refill
        return true
    }

    func isEmpty(_ rate: Rate, at now: NIODeadline) -> Bool {
        max(fullAt, now) + rate.refill > now + .nanoseconds(rate.refill.nanoseconds * Int64(rate.burst))
    }
}
