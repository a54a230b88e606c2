import Base
import NIOCore

/// Counts the connections of each source, and chooses connections to close for a newcomer.
///
/// Connections that have made no request yet are queued in the order in which they came, and connections that are being closed
/// in the order in which that began. Thus the oldest is found without a search, even in a flood of either.
struct Occupancy {
    /// The connections of one source.
    private struct Holder {
        var count = 0
        var silentCount = 0
        var silent = CircularBuffer<Int>()
        var closing = CircularBuffer<Int>()
    }

    private var holders: [IPAddress?: Holder] = [:]
    private var silent = CircularBuffer<Int>()
    private var closing = CircularBuffer<Int>()

    /// The number of connections that have made no request yet.
    private(set) var silentCount = 0

    func silentCount(of source: IPAddress?) -> Int { holders[source]?.silentCount ?? 0 }

    func count(of source: IPAddress?) -> Int { holders[source]?.count ?? 0 }

    /// Adds a connection that has made no request yet.
    /// - Parameter isSilent: whether a connection has made no request yet. Others are removed from the queues.
    mutating func add(_ number: Int, from source: IPAddress?, isSilent: (Int) -> Bool) {
        Self.append(number, to: &silent, isSilent)
        holders[source, default: Holder()].count += 1
        holders[source]?.silentCount += 1
        silentCount += 1
        Self.append(number, to: &holders[source, default: Holder()].silent, isSilent)
    }

    /// Records that a connection of the source made its first request.
    mutating func madeFirstRequest(from source: IPAddress?) {
        silentCount -= 1
        holders[source]?.silentCount -= 1
    }

    mutating func remove(from source: IPAddress?, wasSilent: Bool) {
        if wasSilent { madeFirstRequest(from: source) }
        guard let count = holders[source]?.count else { return }
        if count <= 1 { holders[source] = nil } else { holders[source]?.count = count - 1 }
    }

    /// Records that a connection is being closed, so that it can be closed for a newcomer before all others.
    /// - Parameter isOpen: whether a connection still holds a place. Others are removed from the queues.
    mutating func beganClosing(_ number: Int, from source: IPAddress?, isOpen: (Int) -> Bool) {
        guard holders[source] != nil else { return }
        Self.append(number, to: &closing, isOpen)
        Self.append(number, to: &holders[source, default: Holder()].closing, isOpen)
    }

    /// Returns the source with the most connections, except the `exempt` ones; nil if there is none.
    func greatest(except exempt: (IPAddress) -> Bool) -> (source: IPAddress?, count: Int)? {
        var greatest: (source: IPAddress?, count: Int)?
        for (source, holder) in holders where holder.count > greatest?.count ?? 0 {
            if let source, exempt(source) { continue }
            greatest = (source, holder.count)
        }
        return greatest
    }

    /// Removes and returns the connection of the source that has been silent longest.
    mutating func longestSilent(of source: IPAddress?, isSilent: (Int) -> Bool) -> Int? {
        guard holders[source] != nil else { return nil }
        return Self.first(&holders[source, default: Holder()].silent, isSilent)
    }

    /// Removes and returns the connection of any source that has been silent longest.
    mutating func longestSilent(isSilent: (Int) -> Bool) -> Int? { Self.first(&silent, isSilent) }

    /// Removes and returns the connection of the source that has been closing longest.
    mutating func longestClosing(of source: IPAddress?, isOpen: (Int) -> Bool) -> Int? {
        guard holders[source] != nil else { return nil }
        return Self.first(&holders[source, default: Holder()].closing, isOpen)
    }

    /// Removes and returns the connection of any source that has been closing longest.
    mutating func longestClosing(isOpen: (Int) -> Bool) -> Int? { Self.first(&closing, isOpen) }

    private static func append(_ number: Int, to queue: inout CircularBuffer<Int>, _ belongs: (Int) -> Bool) {
        trim(&queue, belongs)
        queue.append(number)
    }

    private static func first(_ queue: inout CircularBuffer<Int>, _ belongs: (Int) -> Bool) -> Int? {
        trim(&queue, belongs)
        return queue.popFirst()
    }

    /// Removes numbers at the front that no longer belong in the queue.
    private static func trim(_ queue: inout CircularBuffer<Int>, _ belongs: (Int) -> Bool) {
        while let number = queue.first, !belongs(number) { queue.removeFirst() }
    }
}
