import NIOCore

/// A token bucket, which limits the rate of an event. It is stored as the time at which it will be full again; for a full
/// bucket that is in the past.
struct Bucket {
    struct Rate {
        /// The number of tokens of a full bucket.
        var burst: Int
        /// The time in which one token comes back.
        var refill: TimeAmount
    }

    private(set) var fullAt = NIODeadline.uptimeNanoseconds(0)

    /// Takes a token. Returns false when there was none.
    mutating func take(_ rate: Rate, at now: NIODeadline) -> Bool {
        guard !isEmpty(rate, at: now) else { return false }
        fullAt = max(fullAt, now) + rate.refill
        return true
    }

    func isEmpty(_ rate: Rate, at now: NIODeadline) -> Bool {
        max(fullAt, now) + rate.refill > now + .nanoseconds(rate.refill.nanoseconds * Int64(rate.burst))
    }
}
