/// Those whose `X-Forwarded-For` is believed.
package struct TrustedProxies: Equatable, Sendable {
    private let ranges: [AddressRange]

    package init(_ ranges: [AddressRange] = []) { self.ranges = ranges }

    func contain(_ address: IPAddress) -> Bool { ranges.contains { $0.contains(address) } }

    /// Whom a request is from: the peer, or where that is a trusted proxy the rightmost forwarded address that is none.
    ///
    /// What stands to the left of it anybody could have written. Where something else than an address stands, it is from the
    /// proxy that passed that on.
    func origin(of peer: IPAddress, forwarded: [String]) -> IPAddress {
        var origin = peer
        for line in forwarded.reversed() {
            for hop in line.split(separator: ",", omittingEmptySubsequences: false).reversed() {
                guard contain(origin), let address = Self.address(hop) else { return origin }
                origin = address
            }
        }
        return origin
    }

    /// Of a hop: an address, which some proxies write with a port.
    private static func address(_ hop: Substring) -> IPAddress? {
        let text = hop.drop { $0 == " " || $0 == "\t" }.prefix { $0 != " " && $0 != "\t" }
        if let address = IPAddress(text) { return address }
        if text.hasPrefix("["), let end = text.firstIndex(of: "]") { return IPAddress(text[..<end].dropFirst()) }
        return text.firstIndex(of: ":").flatMap { IPAddress(text[..<$0]) }
    }
}
