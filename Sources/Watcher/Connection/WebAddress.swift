/// Checks the address of Teleport's web UI, which is used in links in posts. Only a plain host and port are accepted, because
/// the address may come from the server.
package enum WebAddress {
    /// The largest length of a host and port in bytes.
    private static let limit = 255

    /// Returns the address without `https://`, trailing slashes and the port 443; nil for a text that is no address.
    package static func checked(_ text: String) -> String? {
        var address = text.hasPrefix("https://") ? text.dropFirst(8) : text[...]
        while address.hasSuffix("/") { address = address.dropLast() }
        if address.hasSuffix(":443") { address = address.dropLast(4) }
        let isPlain = address.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "-._:[]".utf8.contains(byte)
            }
        }
        return !address.isEmpty && address.utf8.count <= limit && isPlain ? String(address) : nil
    }
}
