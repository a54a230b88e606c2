/// The percent-encoding of RFC 3986, in which user and password stand in a URL.
package enum PercentEncoding {
    /// Returns the decoded text; nil if a percent sign is not followed by two hexadecimal digits, or if the bytes are not UTF-8.
    package static func decoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            let digits = String(Substring(rest.prefix(2)))
            // `UInt8` takes a sign in front of the digits.
            guard digits.utf8.count == 2, !digits.hasPrefix("+"), !digits.hasPrefix("-"), let value = UInt8(digits, radix: 16)
            else { return nil }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
