import Base
import NIOCore

/// Applies the rate limits to each source. The memory is bounded. A source cannot get spent tokens back by making the table
/// overflow with other addresses.
///
/// Only probes and requests without effect take a token; a signed click takes none. When all places are in use, a place whose
/// buckets are full again is reused, because it holds no information. If none is found, new sources share one place.
struct SourceLedger {
    static let places = 4096
    /// The number of places that are examined for a new source.
    private static let looks = 8

    /// The kinds of requests for which a source is charged.
    enum Charge {
        /// A request without effect, such as one for an unknown path.
        case fruitlessRequest
        /// A failed signature, proof or password.
        case failedSignature
        case probe
    }

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
    /// The account of all sources that have no place of their own.
    private var shared = Account()
    /// The place that was examined last.
    private var hand = 0

    init(limits: CallbackServer.Limits, places capacity: Int = Self.places) {
        self.limits = limits
        self.capacity = capacity
    }

    var count: Int { places.count }

    /// Charges a source. Returns false when it had no token left.
    mutating func charge(_ source: IPAddress?, _ charge: Charge, at now: NIODeadline) -> Bool {
        guard let place = place(of: source, at: now) else { return Self.spend(&shared, charge, limits, now) }
        return Self.spend(&accounts[place], charge, limits, now)
    }

    /// This is no method of an instance, because that would read `self` while an account in it is written, and so copy all
    /// accounts.
    private static func spend(
        _ account: inout Account, _ charge: Charge, _ limits: CallbackServer.Limits, _ now: NIODeadline
    ) -> Bool {
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
