import CoreMetrics
import Synchronization

/// The value of a counter. An increment is one atomic addition.
final class CounterCell: CounterHandler {
    private let count = Atomic<Int64>(0)

    var value: Int64 { count.load(ordering: .relaxed) }

    func increment(by amount: Int64) { count.wrappingAdd(amount, ordering: .relaxed) }

    /// Does nothing, because a counter of Prometheus never goes back within the life of a process.
    func reset() {}
}

/// The buckets of a histogram of durations. A record is two atomic additions after a search through about a dozen bounds.
final class HistogramCell: TimerHandler {
    /// A count of its own for each bucket. It is a class, because an array cannot hold atomics.
    private final class Bucket: Sendable {
        let count = Atomic<Int64>(0)
    }

    /// The counts at one moment: for each bound, the number of durations up to it, and the number of all.
    struct Values: Equatable {
        var upTo: [Int64]
        var count: Int64
        /// The sum of all durations in seconds.
        var sum: Double
    }

    /// The upper bounds in nanoseconds.
    private let bounds: [Int64]
    private let buckets: [Bucket]
    private let nanoseconds = Atomic<Int64>(0)

    /// - Parameter bounds: in seconds, in increasing order.
    init(bounds: [Double]) {
        self.bounds = bounds.map { Int64($0 * 1e9) }
        buckets = (0...bounds.count).map { _ in Bucket() }
    }

    func recordNanoseconds(_ duration: Int64) {
        let duration = max(duration, 0)
        var index = 0
        while index < bounds.count, bounds[index] < duration { index += 1 }
        buckets[index].count.wrappingAdd(1, ordering: .relaxed)
        nanoseconds.wrappingAdd(duration, ordering: .relaxed)
    }

    /// The number of all durations is taken from the buckets, so that the two always agree.
    var values: Values {
        var total: Int64 = 0
        let upTo = buckets.map { bucket in
            total += bucket.count.load(ordering: .relaxed)
            return total
        }
        return Values(
            upTo: Array(upTo.dropLast()), count: total, sum: Double(nanoseconds.load(ordering: .relaxed)) / 1e9)
    }
}
