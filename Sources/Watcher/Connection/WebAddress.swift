/// The address of Teleport's web UI, as it stands in a link: what a server says of itself is held to a host and a port.
package enum WebAddress {
    private static let limit = 255

    /// Without `https://` and the port 443; nil for what is no address.
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
