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
            if let address, let range = AddressRange(String(exception)) { return range.contains(address) }
            var name = exception
            if !name.contains("::"), let colon = name.lastIndex(of: ":"), let given = Int(name[name.index(after: colon)...]) {
                guard given == port else { return false }
                name = name[..<colon]
            }
            if name.hasPrefix("*.") { name = name.dropFirst() }
            if name.hasPrefix(".") { name = name.dropFirst() }
            return !name.isEmpty && (host == name || address == nil && host.hasSuffix(".\(name)"))
        }
    }
}
