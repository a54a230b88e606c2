package import Access

/// The address of Teleport's auth service, or of a proxy.
package struct AuthAddress: Equatable, Sendable, CustomStringConvertible {
    package static let defaultPort = 3025

    package var host: String
    package var port: Int
    /// The setting that contains the address, `addr` or `auth_server`. Errors name it.
    package var setting = "addr"

    /// The reason why a text is no address.
    package struct Fault: Error {
        package var words: String
        package var mend: String { "write host:port, e.g. auth.example.com:3025" }
    }

    /// Parses the text of a setting. The error names the setting.
    package init(parsing text: String, setting: String = "addr") throws(TeleportError) {
        do throws(Fault) {
            try self.init(text)
            self.setting = setting
        } catch {
            throw TeleportError(.misconfigured, "\(setting) \"\(text)\": \(error.words)", mend: error.mend)
        }
    }

    /// Parses `host`, `host:port`, `[v6]`, `[v6]:port` or a bare IPv6 address. The port is ``defaultPort`` if the text has
    /// none.
    package init(_ text: String) throws(Fault) {
        let (host, port) = try Self.split(text)
        guard !host.isEmpty, !host.contains(where: { $0 == "/" || $0 == "@" || $0.isWhitespace || $0 == "\0" }) else {
            throw Fault(words: "it names no host")
        }
        guard let port else {
            (self.host, self.port) = (host, Self.defaultPort)
            return
        }
        guard port.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let number = Int(port), (1...65535).contains(number)
        else { throw Fault(words: "\"\(port)\" is no port (1 to 65535)") }
        (self.host, self.port) = (host, number)
    }

    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    private static func split(_ text: String) throws(Fault) -> (host: String, port: String?) {
        if text.contains("://") { throw Fault(words: "it is a URL") }
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { throw Fault(words: "the bracket is never closed") }
            let host = String(text[text.index(after: text.startIndex)..<end])
            let rest = text[text.index(after: end)...]
            if rest.isEmpty { return (host, nil) }
            guard rest.hasPrefix(":") else { throw Fault(words: "a port follows the bracket after a colon") }
            return (host, String(rest.dropFirst()))
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        switch parts.count {
        case 1: return (text, nil)
        case 2: return (String(parts[0]), String(parts[1]))
        default: return (text, nil)
        }
    }
}
