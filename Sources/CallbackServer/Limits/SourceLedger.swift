import NIOCore

/// What each source has spent of its limits. Bounded, and no number of addresses gives anybody a full bucket back.
///
/// Only probes and requests that came to nothing are counted: a signed click takes nothing, and so leaves no trace here. When all places
/// are taken, one whose buckets have filled up again, and which says nothing any more, is used anew; where none is found the
/// newcomers share one place.
struct SourceLedger {
    static let places = 4096
    /// How many places are looked at for a newcomer.
    private static let looks = 8

    enum Charge { case nothing, failedSignature, probe }

    private struct Account {
        var source: IPAddress?
        var requests = Bucket()
        var failures = Bucket()
        var probes = Bucket()

        var fullAt: NIODeadline { max(requests.fullAt, failures.fullAt, probes.fullAt) }
    }

    private let limits: CallbackServer.Limits
    private let capacity: Int
    private var accounts: [Account] = []
    private var places: [IPAddress: Int] = [:]
    private var shared = Account()
    private var hand = 0

    init(limits: CallbackServer.Limits, places capacity: Int = Self.places) {
        self.limits = limits
        self.capacity = capacity
    }

    var count: Int { places.count }

    /// Notes a request that came to nothing; false when its source had no such request left.
    mutating func charge(_ source: IPAddress?, _ charge: Charge, at now: NIODeadline) -> Bool {
        guard let place = place(of: source, at: now) else { return spend(&shared, charge, now) }
        return spend(&accounts[place], charge, now)
    }

    private func spend(_ account: inout Account, _ charge: Charge, _ now: NIODeadline) -> Bool {
        if charge == .probe { return account.probes.take(limits.probeRate, at: now) }
        let isWithin = account.requests.take(limits.requestRate, at: now)
        guard charge == .failedSignature else { return isWithin }
        return account.failures.take(limits.failureRate, at: now) && isWithin
    }

    private mutating func place(of source: IPAddress?, at now: NIODeadline) -> Int? {
        guard let source else { return nil }
        if let place = places[source] { return place }
        if accounts.count < capacity {
            accounts.append(Account(source: source))
            places[source] = accounts.count - 1
            return accounts.count - 1
        }
        for _ in 0..<min(Self.looks, capacity) {
            hand = (hand + 1) % capacity
            guard accounts[hand].fullAt <= now else { continue }
            if let old = accounts[hand].source { places[old] = nil }
            accounts[hand] = Account(source: source)
            places[source] = hand
            return hand
        }
        return nil
    }
}
