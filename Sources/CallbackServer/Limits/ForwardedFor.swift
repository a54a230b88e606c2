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
            var rest = line.utf8[...]
            var isWhole = false
            while !isWhole {
                let comma = rest.lastIndex(of: UInt8(ascii: ","))
                let hop = comma.map { rest[rest.index(after: $0)...] } ?? rest
                guard proxies.contains(origin), let address = Self.address(hop) else { return origin }
                origin = address
                isWhole = comma == nil
                rest = comma.map { rest[..<$0] } ?? rest
            }
        }
        return origin
    }

    /// Reads one element of the list: an address, which some proxies write with a port.
    private static func address(_ hop: Substring.UTF8View) -> IPAddress? {
        let isBlank: (UInt8) -> Bool = { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        let text = hop.drop(while: isBlank).prefix { !isBlank($0) }
        if let address = IPAddress(utf8: text) { return address }
        if text.first == UInt8(ascii: "["), let end = text.firstIndex(of: UInt8(ascii: "]")) {
            return IPAddress(utf8: text[..<end].dropFirst())
        }
        return text.firstIndex(of: UInt8(ascii: ":")).flatMap { IPAddress(utf8: text[..<$0]) }
    }
}
