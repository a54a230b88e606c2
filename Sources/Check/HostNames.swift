import ActionCrypto
import Glibc

extension CertificateInfo {
    /// Whether the certificate was issued for the host. Addresses must be equal; names match as RFC 6125, section 6.4 says,
    /// where `*` stands for one whole label.
    func covers(_ host: String) -> Bool {
        let host = host.lowercased()
        if let address = Self.address(host) { return addresses.contains(address) }
        return dnsNames.contains { name in
            let name = name.lowercased()
            if name == host { return true }
            guard name.hasPrefix("*."), let dot = host.firstIndex(of: "."), dot != host.startIndex else { return false }
            return host[dot...] == name.dropFirst()
        }
    }

    /// Returns an address in the form that ``addresses`` uses; nil if the host is a name.
    private static func address(_ host: String) -> String? {
        var v4 = in_addr()
        if inet_pton(AF_INET, host, &v4) == 1 { return host }
        var v6 = in6_addr()
        guard inet_pton(AF_INET6, host, &v6) == 1 else { return nil }
        let bytes = withUnsafeBytes(of: v6) { Array($0) }
        return stride(from: 0, to: 16, by: 2)
            .map { String(UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]), radix: 16) }.joined(separator: ":")
    }

    /// The names and addresses as text for a person.
    var namesInWords: String {
        let names = dnsNames + addresses
        return names.isEmpty ? "no host" : names.joined(separator: ", ")
    }
}
