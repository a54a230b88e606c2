import FoundationEssentials

/// The parts of a button's URL, parsed as Go's client does.
struct CallbackTarget: Equatable, Sendable {
    var isTLS: Bool
    var host: String
    var port: Int
    /// The path and the query.
    var requestTarget: String
    /// `user:password` in the URL, which is sent as basic authentication.
    var credentials: String?

    init(_ url: String) throws(SandboxError) {
        guard let parts = URLComponents(string: url), let host = parts.host, !host.isEmpty,
            let scheme = parts.scheme?.lowercased(), ["http", "https"].contains(scheme)
        else { throw SandboxError("not an http(s) url: \(url)") }
        isTLS = scheme == "https"
        self.host = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        port = parts.port ?? (isTLS ? 443 : 80)
        let path = parts.percentEncodedPath.isEmpty ? "/" : parts.percentEncodedPath
        requestTarget = path + (parts.percentEncodedQuery.map { "?" + $0 } ?? "")
        credentials = parts.user.map { "\($0):\(parts.password ?? "")" }
    }

    /// The `Host` header, without the scheme's default port.
    var authority: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == (isTLS ? 443 : 80) ? name : "\(name):\(port)"
    }
}
