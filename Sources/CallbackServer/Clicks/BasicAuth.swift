package import Access

/// The user and password that requests to the action route must have, RFC 7617.
package struct BasicAuth: Sendable {
    /// The base64 text that a client has to send after `Basic `.
    private let credentials: Secret<[UInt8]>

    package init(user: String, password: Secret<String>) {
        credentials = Secret(Base64.encode(Array("\(user):\(password.reveal())".utf8)))
    }

    /// Compares the `Authorization` field with the credentials. The time depends on the length of the field, and not on how much of it
    /// is right.
    func admits(_ authorization: String?) -> Bool {
        guard let authorization, authorization.utf8.count > 6, authorization.prefix(6).lowercased() == "basic " else {
            return false
        }
        let expected = credentials.reveal()
        var difference = UInt8(0)
        var position = 0
        for byte in authorization.utf8.dropFirst(6) {
            difference |= byte ^ expected[position % expected.count]
            position += 1
        }
        return difference == 0 && position == expected.count
    }
}

enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func encode(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            var bits = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            bits <<= UInt32(8 * (3 - group.count))
            for place in 0..<4 {
                let index = Int(bits >> UInt32(18 - 6 * place)) & 63
                result.append(place <= group.count ? alphabet[index] : UInt8(ascii: "="))
            }
        }
        return result
    }
}
