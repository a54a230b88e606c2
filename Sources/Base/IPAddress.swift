import Glibc

/// An IP address as 128 bits. An IPv4 address is kept as `::ffff:a.b.c.d`, so that both of its spellings are equal.
package struct IPAddress: Hashable, Sendable {
    let bits: UInt128

    /// Parses an IPv4 or IPv6 address. Returns nil for anything else, and for an address with a zone (`fe80::1%eth0`).
    package init?(_ text: some StringProtocol) { self.init(utf8: Substring(text).utf8) }

    /// Parses the text of an address. IPv4, which most proxies report, is parsed without the C library, which needs a copy.
    package init?(utf8 text: Substring.UTF8View) {
        if let bits = Self.dotted(text) {
            self.bits = Self.mapped | UInt128(bits)
            return
        }
        guard text.count <= 45, !text.contains(0) else { return nil }
        var bytes = [UInt8](repeating: 0, count: 16)
        let text = String(Substring(text))
        if inet_pton(AF_INET6, text, &bytes) == 1 {
            bits = Self.number(bytes)
        } else {
            return nil
        }
    }

    /// Makes an address from the 4 bytes of IPv4 or the 16 bytes of IPv6, in network order.
    package init(bytes: [UInt8]) { bits = bytes.count == 4 ? Self.mapped | Self.number(bytes) : Self.number(bytes) }

    package var isLoopback: Bool { bits == 1 || isIPv4 && (bits >> 24) & 0xFF == 127 }

    private init(bits: UInt128) { self.bits = bits }

    package var isIPv4: Bool { bits >> 32 == Self.mapped >> 32 }

    /// The address by which limits count: an IPv4 address itself, or the /64 of an IPv6 address, because one machine commonly
    /// owns a whole /64.
    package var source: IPAddress { isIPv4 ? self : IPAddress(bits: (bits >> 64) << 64) }

    /// Parses four decimal numbers of up to three digits without leading zeros, as `inet_pton` does.
    private static func dotted(_ text: Substring.UTF8View) -> UInt32? {
        var (bits, part, digits, dots) = (UInt32(0), UInt32(0), 0, 0)
        for byte in text {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                guard digits == 0 || part > 0 else { return nil }
                (part, digits) = (part * 10 + UInt32(byte - UInt8(ascii: "0")), digits + 1)
                guard part <= 255 else { return nil }
            case UInt8(ascii: "."):
                guard digits > 0, dots < 3 else { return nil }
                (bits, part, digits, dots) = (bits << 8 | part, 0, 0, dots + 1)
            default: return nil
            }
        }
        return digits > 0 && dots == 3 ? bits << 8 | part : nil
    }

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
