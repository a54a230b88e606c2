#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// An IP address as 128 bits; IPv4 as `::ffff:a.b.c.d`, so that both spellings are the same address.
package struct IPAddress: Hashable, Sendable {
    let bits: UInt128

    /// The text of an address, or nil. Zones are not taken.
    package init?(_ text: some StringProtocol) {
        guard text.utf8.count <= 45, !text.utf8.contains(0) else { return nil }
        var bytes = [UInt8](repeating: 0, count: 16)
        let text = String(text)
        if inet_pton(AF_INET6, text, &bytes) == 1 {
            bits = Self.number(bytes)
        } else if inet_pton(AF_INET, text, &bytes) == 1 {
            bits = Self.mapped | Self.number(bytes[..<4])
        } else {
            return nil
        }
    }

    /// Makes an address from four bytes or sixteen.
    init(bytes: [UInt8]) { bits = bytes.count == 4 ? Self.mapped | Self.number(bytes) : Self.number(bytes) }

    var isLoopback: Bool { bits == 1 || isIPv4 && (bits >> 24) & 0xFF == 127 }

    private init(bits: UInt128) { self.bits = bits }

    var isIPv4: Bool { bits >> 32 == Self.mapped >> 32 }

    /// What limits count by: one IPv4 address, or the /64 of IPv6 that one machine is commonly given.
    var source: IPAddress { isIPv4 ? self : IPAddress(bits: (bits >> 64) << 64) }

    private static let mapped = UInt128(0xFFFF) << 32

    private static func number(_ bytes: some Sequence<UInt8>) -> UInt128 { bytes.reduce(0) { $0 << 8 | UInt128($1) } }
}

extension IPAddress: CustomStringConvertible {
    package var description: String {
        let bytes = (0..<16).map { UInt8(truncatingIfNeeded: bits >> UInt128(120 - 8 * $0)) }
        if isIPv4 { return bytes.suffix(4).map(String.init).joined(separator: ".") }
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { text in
            guard let start = text.baseAddress, inet_ntop(AF_INET6, bytes, start, socklen_t(text.count)) != nil else {
                return ""
            }
            return String(cString: start)
        }
    }
}

/// Addresses that share their first bits: `10.0.0.0/8`, or one address.
package struct AddressRange: Hashable, Sendable {
    private let base: UInt128
    private let shift: UInt128

    /// Nil unless the text is an address, or one with a prefix length after which it has no bits.
    package init?(_ text: String) {
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
        guard base << shift == address.bits else { return nil }
    }

    func contains(_ address: IPAddress) -> Bool { address.bits >> shift == base }
}
