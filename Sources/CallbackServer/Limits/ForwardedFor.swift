import Base

/// Finds the address that a request comes from when proxies pass it on.
enum ForwardedFor {
    /// Returns the peer's address, or, if the peer is a trusted proxy, the rightmost forwarded address that is no trusted
    /// proxy.
    ///
    /// Everything to the left of that address may have been written by the client. If the list contains something other than an
    /// address there, the request counts as coming from the proxy that passed it on.
    ///
    /// - Parameter lines: the values of the request's `X-Forwarded-For` fields, in the order of the head.
    static func origin(of peer: IPAddress, lines: [String], trusting proxies: AddressRanges) -> IPAddress {
        var origin = peer
        for line in lines.reversed() {
            for hop in line.split(separator: ",", omittingEmptySubsequences: false).reversed() {
                guard proxies.contains(origin), let address = Self.address(hop) else { return origin }
                origin = address
            }
        }
        return origin
    }

    /// Reads one element of the list: an address, which some proxies write with a port.
    private static func address(_ hop: Substring) -> IPAddress? {
        let text = hop.drop { $0 == " " || $0 == "\t" }.prefix { $0 != " " && $0 != "\t" }
        if let address = IPAddress(text) { return address }
        if text.hasPrefix("["), let end = text.firstIndex(of: "]") { return IPAddress(text[..<end].dropFirst()) }
        return text.firstIndex(of: ":").flatMap { IPAddress(text[..<$0]) }
    }
}
