import NIOCore

/// A token bucket, kept as the moment at which it will be full again: a new one, and one left alone for long enough, is.
struct Bucket {
    struct Rate {
        var burst: Int
        /// For one token to come back.
        var refill: TimeAmount
    }

    private(set) var fullAt = NIODeadline.uptimeNanoseconds(0)

    /// False when it was empty; nothing is taken then.
    mutating func take(_ rate: Rate, at now: NIODeadline) -> Bool {
        guard !isEmpty(rate, at: now) else { return false }
        fullAt = max(fullAt, now) + rate.refill
        return true
    }

    func isEmpty(_ rate: Rate, at now: NIODeadline) -> Bool {
        max(fullAt, now) + rate.refill > now + .nanoseconds(rate.refill.nanoseconds * Int64(rate.burst))
    }
}
