import NIOCore

/// Which source holds which places, and who gives one up for a newcomer.
///
/// Connections that have not made a request yet are in the order of their coming, and those that are being closed in the order
/// in which that began, so that a flood of them costs no search.
struct Occupancy {
    private struct Holder {
        var count = 0
        var silentCount = 0
        var silent = CircularBuffer<Int>()
        var closing = CircularBuffer<Int>()
    }

    private var holders: [IPAddress?: Holder] = [:]
    private var silent = CircularBuffer<Int>()
    private var closing = CircularBuffer<Int>()

    /// How many have made no request yet.
    private(set) var silentCount = 0

    func silentCount(of source: IPAddress?) -> Int { holders[source]?.silentCount ?? 0 }

    func count(of source: IPAddress?) -> Int { holders[source]?.count ?? 0 }

    /// `isSilent`: whether a connection still is, so that those who are not can be forgotten.
    mutating func add(_ number: Int, from source: IPAddress?, isSilent: (Int) -> Bool) {
        Self.append(number, to: &silent, isSilent)
        holders[source, default: Holder()].count += 1
        holders[source]?.silentCount += 1
        silentCount += 1
        Self.append(number, to: &holders[source, default: Holder()].silent, isSilent)
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

    /// A connection is being closed, and takes a place for nothing. `isOpen`: whether one still does.
    mutating func givesWay(_ number: Int, from source: IPAddress?, isOpen: (Int) -> Bool) {
        guard holders[source] != nil else { return }
        Self.append(number, to: &closing, isOpen)
        Self.append(number, to: &holders[source, default: Holder()].closing, isOpen)
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

    /// The connection that has been closing longest, of one source or of all; it is not given twice.
    mutating func longestClosing(of source: IPAddress?, isOpen: (Int) -> Bool) -> Int? {
        guard holders[source] != nil else { return nil }
        return Self.first(&holders[source, default: Holder()].closing, isOpen)
    }

    mutating func longestClosing(isOpen: (Int) -> Bool) -> Int? { Self.first(&closing, isOpen) }

    private static func append(_ number: Int, to queue: inout CircularBuffer<Int>, _ counts: (Int) -> Bool) {
        trim(&queue, counts)
        queue.append(number)
    }

    private static func first(_ queue: inout CircularBuffer<Int>, _ counts: (Int) -> Bool) -> Int? {
        trim(&queue, counts)
        return queue.popFirst()
    }

    private static func trim(_ queue: inout CircularBuffer<Int>, _ counts: (Int) -> Bool) {
        while let number = queue.first, !counts(number) { queue.removeFirst() }
    }
}
