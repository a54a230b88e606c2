import Glibc

/// The proxies that environment variables name: `https_proxy` or `HTTPS_PROXY`, for http:// servers `http_proxy`, and the
/// exceptions in `no_proxy` or `NO_PROXY`. They are read once by the plugin itself, so that the clients of both servers agree.
///
/// As in curl, small letters go first, and `HTTP_PROXY` is not read, because a CGI client can set it. As in Go, servers on this
/// machine are never reached through these proxies.
package struct ProxyEnvironment: Sendable {
    /// An environment that names no proxy.
    package static let none = ProxyEnvironment { _ in nil }
    /// The environment of this process.
    package static var process: ProxyEnvironment {
        ProxyEnvironment { name in getenv(name).map { String(cString: $0) } }
    }

    private let variables: [String: String]
    private let exceptions: [Substring]

    /// - Parameter value: returns the value of a variable; nil if it is not set.
    package init(_ value: (_ name: String) -> String?) {
        let names = ["https_proxy", "HTTPS_PROXY", "http_proxy"]
        variables = Dictionary(
            names.compactMap { name in value(name).flatMap { $0.isEmpty ? nil : (name, $0) } }, uniquingKeysWith: { $1 })
        exceptions = (value("no_proxy") ?? value("NO_PROXY") ?? "").lowercased().prefix(16 << 10)
            .split { $0 == "," || $0.isWhitespace }
    }

    /// The error of a variable that cannot be used.
    package struct Fault: Error {
        package var words: String
        package var mend: String
    }

    /// Returns the proxy for a server; nil if it is reached directly.
    package func proxy(forHost host: String, port: Int, isHTTPS: Bool = true) throws(Fault) -> HTTPProxy? {
        let names = isHTTPS ? ["https_proxy", "HTTPS_PROXY"] : ["http_proxy"]
        guard let name = names.first(where: { variables[$0] != nil }), let value = variables[name] else { return nil }
        guard !isExcepted(host.lowercased(), port) else { return nil }
        do {
            return try HTTPProxy(value, source: name)
        } catch {
            throw Fault(words: "\(name) in the environment \(error.words)", mend: error.mend)
        }
    }

    private func isExcepted(_ host: String, _ port: Int) -> Bool {
        let address = IPAddress(host)
        if host == "localhost" || address?.isLoopback == true { return true }
        return exceptions.contains { exception in
            if exception == "*" { return true }
            // Go clears the bits after the prefix too.
            if let address, let range = AddressRange(String(exception), clearsRest: true) { return range.contains(address) }
            var (name, given) = Self.hostAndPort(exception)
            guard given == nil || given == port else { return false }
            if let address { return IPAddress(name) == address }
            if name.hasPrefix("*.") { name = name.dropFirst() }
            if name.hasPrefix(".") { name = name.dropFirst() }
            return !name.isEmpty && (host == name || host.hasSuffix(".\(name)"))
        }
    }

    /// Splits `name:port`, `address:port` and `[address]:port`. An address of IPv6 may have its brackets without a port too, as
    /// curl takes it.
    private static func hostAndPort(_ text: Substring) -> (name: Substring, port: Int?) {
        if text.first == "[", let end = text.firstIndex(of: "]") {
            let (name, rest) = (text[text.index(after: text.startIndex)..<end], text[text.index(after: end)...])
            guard !rest.isEmpty else { return (name, nil) }
            // A text that goes on in another way excepts nothing.
            return rest.first == ":" ? Int(rest.dropFirst()).map { (name, $0) } ?? ("", nil) : ("", nil)
        }
        guard !text.contains("::"), let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...])
        else { return (text, nil) }
        return (text[..<colon], port)
    }
}
