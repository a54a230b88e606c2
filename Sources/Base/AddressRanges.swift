/// The addresses that share their first bits, such as `10.0.0.0/8`, or a single address.
package struct AddressRange: Hashable, Sendable {
    private let base: UInt128
    private let shift: UInt128

    /// Parses an address, or an address and a prefix length. Returns nil for anything else, and for addresses that have bits
    /// set after the prefix.
    package init?(_ text: String) { self.init(text, clearsRest: false) }

    /// - Parameter clearsRest: whether bits that are set after the prefix are cleared, as in `10.1.2.3/8`. Otherwise such a text
    ///   is refused, because whoever wrote it may have meant the single address.
    package init?(_ text: String, clearsRest: Bool) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let address = IPAddress(first) else { return nil }
        let width = first.contains(":") ? 128 : 32
        var length = width
        if parts.count == 2 {
            guard (1...3).contains(parts[1].utf8.count), parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                let given = Int(parts[1]), given <= width
            else { return nil }
            length = given
        }
        shift = UInt128(width - length)
        base = address.bits >> shift
        guard clearsRest || base << shift == address.bits else { return nil }
    }

    package func contains(_ address: IPAddress) -> Bool { address.bits >> shift == base }
}

/// A list of address ranges that a setting names.
package struct AddressRanges: Equatable, Sendable {
    private let ranges: [AddressRange]

    package init(_ ranges: [AddressRange] = []) { self.ranges = ranges }

    package var isEmpty: Bool { ranges.isEmpty }

    package func contains(_ address: IPAddress) -> Bool { ranges.contains { $0.contains(address) } }
}
