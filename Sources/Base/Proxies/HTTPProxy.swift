/// An HTTP proxy, through which a server is reached by `CONNECT` (RFC 9110, section 9.3.6).
package struct HTTPProxy: Sendable, CustomStringConvertible {
    /// The user and the password that the proxy demands.
    package struct Credentials: Sendable {
        package let user: String
        package let password: Secret<String>
    }

    /// The reason why a text names no such proxy. It never quotes the text, which may contain a password.
    package struct Fault: Error, Equatable {
        /// The problem, as the end of a sentence that begins with the name of the setting or the variable.
        package var words: String
        package var mend = "Write http://proxy.example.com:3128, or http://user:password@proxy.example.com:3128."
    }

    /// A name or an address, an IPv6 address without its brackets.
    package let host: String
    package let port: Int
    package let credentials: Credentials?
    /// The setting or the environment variable that names the proxy.
    package let source: String

    /// Host and port, without user and password.
    package var description: String { (host.contains(":") ? "[\(host)]" : host) + ":\(port)" }

    /// Parses an address such as `http://user:password@proxy.example.com:3128`. The scheme may be left out, as is common in
    /// environment variables, and the port is 80 if none is given.
    package init(_ text: String, source: String) throws(Fault) {
        guard text.utf8.count <= 2048 else { throw Fault(words: "is longer than 2048 bytes.") }
        var rest = text[...]
        if let end = rest.firstRange(of: "://") {
            guard rest[..<end.lowerBound].lowercased() == "http" else {
                throw Fault(words: "names a proxy of another kind than http://, and only that kind can be used.")
            }
            rest = rest[end.upperBound...]
        }
        while rest.hasSuffix("/") { rest = rest.dropLast() }
        let at = rest.lastIndex(of: "@")
        credentials = try at.map { (at) throws(Fault) in try Self.credentials(rest[..<at]) }
        if let at { rest = rest[rest.index(after: at)...] }
        (host, port) = try Self.authority(rest)
        self.source = source
    }

    private static func authority(_ text: Substring) throws(Fault) -> (String, Int) {
        var host = text
        var port: Substring?
        if text.hasPrefix("["), let close = text.lastIndex(of: "]") {
            host = text[text.index(after: text.startIndex)..<close]
            let rest = text[text.index(after: close)...]
            guard IPAddress(host) != nil, rest.isEmpty || rest.hasPrefix(":") else { throw noHost }
            port = rest.isEmpty ? nil : rest.dropFirst()
        } else if let colon = text.firstIndex(of: ":") {
            host = text[..<colon]
            port = text[text.index(after: colon)...]
        }
        let isPlain = host.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "-._:".utf8.contains(byte)
            }
        }
        guard !host.isEmpty, host.utf8.count <= 253, isPlain else { throw noHost }
        guard let port else { return (String(host), 80) }
        guard port.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(port), (1...65535).contains(number)
        else { throw Fault(words: "has a port that is no number from 1 to 65535.") }
        return (String(host), number)
    }

    private static let noHost = Fault(words: "names no host.")

    /// Reads `user:password`. Both may be percent-encoded, as they must be where they contain `@`, `:` or `/`.
    private static func credentials(_ text: Substring) throws(Fault) -> Credentials {
        let colon = text.firstIndex(of: ":")
        let user = colon.map { text[..<$0] } ?? text
        let password = colon.map { text[text.index(after: $0)...] } ?? ""
        guard let user = PercentEncoding.decoded(user), let password = PercentEncoding.decoded(password), !user.isEmpty,
            (user + password).utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }), !user.contains(":")
        else {
            throw Fault(
                words: "has a user or password that cannot be read.",
                mend: "Write special characters in them with a percent sign and two digits, such as %40 for @.")
        }
        return Credentials(user: user, password: Secret(password))
    }
}
