/// Remembers values for a fixed time, with a bound on all of them and one on those of each owner, so that no owner takes the places of
/// the others.
///
/// The table has no clock of its own. Call ``expire(at:)`` before anything else at a moment; times are durations since any fixed moment and
/// must not go back. Each operation takes constant time on average.
package struct ExpiringTable<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    package struct Limits: Sendable {
        /// The largest number of values.
        package var all: Int
        /// The largest number of values of one owner.
        package var perOwner: Int
        /// How long a value is remembered.
        package var keep: Duration

        package init(all: Int, perOwner: Int, keep: Duration) {
            self.all = all
            self.perOwner = perOwner
            self.keep = keep
        }
    }

    private struct Entry: Sendable {
        var value: Value
        let owner: String
    }

    package var limits: Limits
    private var entries: [Key: Entry] = [:]
    private var counts = Counts()
    /// The keys with the times at which they were added, oldest first. Those before ``oldest`` have expired.
    private var order: [(key: Key, at: Duration)] = []
    private var oldest = 0

    package init(_ limits: Limits) { self.limits = limits }

    /// The value of a key that was added; nil if there is none. A value that is set for an unknown key is dropped.
    package subscript(key: Key) -> Value? {
        get { entries[key]?.value }
        set { if let newValue { entries[key]?.value = newValue } }
    }

    /// Adds a value under a new key. Returns false, and adds nothing, if a bound is reached.
    package mutating func add(_ value: Value, for key: Key, of owner: String, at now: Duration) -> Bool {
        guard entries.count < limits.all, counts[owner] < limits.perOwner else { return false }
        entries[key] = Entry(value: value, owner: owner)
        counts.add(owner)
        order.append((key, now))
        return true
    }

    /// Forgets the values that have been remembered for longer than they are kept.
    package mutating func expire(at now: Duration) {
        while oldest < order.count, now - order[oldest].at > limits.keep {
            if let entry = entries.removeValue(forKey: order[oldest].key) { counts.remove(entry.owner) }
            oldest += 1
        }
        // Moving the rest to the front is worth it only once it is the smaller part.
        guard oldest > 64, oldest > order.count / 2 else { return }
        order.removeFirst(oldest)
        oldest = 0
    }
}
