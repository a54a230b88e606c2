import FoundationEssentials

/// A button's url, taken apart as Go's client does.
struct CallbackTarget: Equatable, Sendable {
    var isTLS: Bool
    var host: String
    var port: Int
    /// Path and query.
    var requestTarget: String
    /// `user:password` of the url; sent as basic authentication.
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

    /// The `Host` header: without a scheme's own port.
    var authority: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == (isTLS ? 443 : 80) ? name : "\(name):\(port)"
    }
}
