/// The address of an HTTP server: scheme, host, port and path prefix. An address with credentials, a query or a fragment is
/// refused.
package struct ServerURL: Hashable, Sendable, CustomStringConvertible {
    package enum Scheme: String, Sendable { case http, https }

    /// The error for a text that is no such address.
    package struct Problem: Error, Equatable, Sendable, CustomStringConvertible {
        /// The description of the problem, as the end of a sentence. It never quotes the address, which may contain
        /// credentials.
        package var description: String
    }

    package let scheme: Scheme
    /// A name or an IPv4 address in lower case, or an IPv6 address without its brackets.
    package let host: String
    /// The port; nil for the default port of the scheme.
    package let port: Int?
    /// The path prefix. It is empty, or starts with a slash and does not end with one.
    package let path: String

    /// The address without a trailing slash, ready for a path to be appended.
    package var description: String { "\(scheme.rawValue)://\(authority)\(path)" }

    /// Host and port, such as `name`, `name:port` or `[::1]:port`.
    package var authority: String {
        (host.contains(":") ? "[\(host)]" : host) + (port.map { ":\($0)" } ?? "")
    }

    /// Parses an address such as `https://chat.example.com/sub-path`.
    package init(_ text: some StringProtocol) throws(Problem) {
        guard text.utf8.count <= 2048 else { throw Problem(description: "is longer than 2048 bytes") }
        guard let colon = text.firstIndex(of: ":"), text[colon...].hasPrefix("://") else {
            throw Problem(description: "does not start with https:// or http://")
        }
        guard let scheme = Scheme(rawValue: text[..<colon].lowercased()) else {
            throw Problem(description: "does not start with https:// or http://")
        }
        let rest = text[text.index(colon, offsetBy: 3)...]
        let end = rest.firstIndex { "/?#".contains($0) } ?? rest.endIndex
        // An @ in the path is refused too: if a password contains a slash, the rest of the password looks like a path.
        guard !rest.contains("@") else { throw Problem(description: "holds a user name or password") }
        self.scheme = scheme
        (host, port) = try Self.authority(rest[..<end])
        path = try Self.path(rest[end...])
    }

    /// Parses `name`, `name:port`, `1.2.3.4:port` or `[::1]:port`.
    private static func authority(_ text: some StringProtocol) throws(Problem) -> (String, Int?) {
        let host: String
        var rest: String
        if text.hasPrefix("["), let close = text.firstIndex(of: "]") {
            host = text[..<close].dropFirst().lowercased()
            guard host.contains(":"), host.utf8.allSatisfy({ isHexDigit($0) || $0 == 0x3A || $0 == 0x2E }) else {
                throw Problem(description: "has no IPv6 address between its brackets")
            }
            rest = String(text[text.index(after: close)...])
        } else {
            let colon = text.firstIndex(of: ":") ?? text.endIndex
            host = text[..<colon].lowercased()
            rest = String(text[colon...])
            guard !host.isEmpty else { throw Problem(description: "has no host name") }
            guard host.utf8.count <= 253, host.utf8.allSatisfy({ isNameByte($0) }) else {
                throw Problem(description: "has a host name with other characters than letters, digits, '-', '.' and '_'")
            }
        }
        guard !rest.isEmpty else { return (host, nil) }
        guard rest.removeFirst() == ":", rest.utf8.allSatisfy(isDigit), let port = Int(rest), (1...65535).contains(port)
        else { throw Problem(description: "has a port that is not a number from 1 to 65535") }
        return (host, port)
    }

    private static func path(_ text: some StringProtocol) throws(Problem) -> String {
        guard !text.contains(where: { $0 == "?" || $0 == "#" }) else {
            throw Problem(description: "has a '?' or '#' part")
        }
        guard text.utf8.allSatisfy({ isPathByte($0) }) else {
            throw Problem(description: "has characters in its path that need percent-encoding")
        }
        let segments = text.split(separator: "/")
        guard !segments.contains(where: { $0 == "." || $0 == ".." }) else {
            throw Problem(description: "has '.' or '..' in its path")
        }
        return segments.map { "/\($0)" }.joined()
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }

    private static func isHexDigit(_ byte: UInt8) -> Bool { isDigit(byte) || (0x61...0x66).contains(byte | 0x20) }

    private static func isNameByte(_ byte: UInt8) -> Bool { isDigit(byte) || isLetter(byte) || "-._".utf8.contains(byte) }

    private static func isPathByte(_ byte: UInt8) -> Bool { isNameByte(byte) || "/~%!$&'()*+,;=:@".utf8.contains(byte) }
}
