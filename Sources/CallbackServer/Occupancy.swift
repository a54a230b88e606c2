import NIOCore

/// Which source holds which places, and who gives one up for a newcomer.
///
/// Connections that have not made a request yet are in the order of their coming, so that a flood of them costs no search.
struct Occupancy {
    private struct Holder {
        var count = 0
        var silentCount = 0
        var silent = CircularBuffer<Int>()
    }

    private var holders: [IPAddress?: Holder] = [:]
    private var silent = CircularBuffer<Int>()

    /// How many have made no request yet.
    private(set) var silentCount = 0

    func silentCount(of source: IPAddress?) -> Int { holders[source]?.silentCount ?? 0 }

    func count(of source: IPAddress?) -> Int { holders[source]?.count ?? 0 }

    /// `isSilent`: whether a connection still is, so that those who are not can be forgotten.
    mutating func add(_ number: Int, from source: IPAddress?, isSilent: (Int) -> Bool) {
        Self.trim(&silent, isSilent)
        silent.append(number)
        holders[source, default: Holder()].count += 1
        holders[source]?.silentCount += 1
        silentCount += 1
        Self.trim(&holders[source, default: Holder()].silent, isSilent)
        holders[source]?.silent.append(number)
    }

    /// The first request of a connection came.
    mutating func spoke(from source: IPAddress?) {
        silentCount -= 1
        holders[source]?.silentCount -= 1
    }

    mutating func remove(from source: IPAddress?, wasSilent: Bool) {
        if wasSilent { spoke(from: source) }
        guard let count = holders[source]?.count else { return }
        if count <= 1 { holders[source] = nil } else { holders[source]?.count = count - 1 }
    }

    /// The source with the most places, if it is not `exempt`.
    func greatest(except exempt: (IPAddress) -> Bool) -> (source: IPAddress?, count: Int)? {
        var greatest: (source: IPAddress?, count: Int)?
        for (source, holder) in holders where holder.count > greatest?.count ?? 0 {
            if let source, exempt(source) { continue }
            greatest = (source, holder.count)
        }
        return greatest
    }

    /// The connection that has been silent longest, of one source or of all; it is not given twice.
    mutating func longestSilent(of source: IPAddress?, isSilent: (Int) -> Bool) -> Int? {
        guard holders[source] != nil else { return nil }
        return Self.first(&holders[source, default: Holder()].silent, isSilent)
    }

    mutating func longestSilent(isSilent: (Int) -> Bool) -> Int? { Self.first(&silent, isSilent) }

    private static func first(_ queue: inout CircularBuffer<Int>, _ isSilent: (Int) -> Bool) -> Int? {
        trim(&queue, isSilent)
        return queue.popFirst()
    }

    private static func trim(_ queue: inout CircularBuffer<Int>, _ isSilent: (Int) -> Bool) {
        while let number = queue.first, !isSilent(number) { queue.removeFirst() }
    }
}
