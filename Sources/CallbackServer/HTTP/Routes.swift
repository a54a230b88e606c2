/// A route of the listener.
enum Route: Equatable {
    case action, dialog, health, readiness
    /// One of the server's own pages, by its path.
    case page(String)
}

/// The paths of the routes. Each is served at the root and below the path of `public_addr`, because a proxy may or may not
/// strip that path.
struct Routes {
    private var table: [(path: String, route: Route)] = []

    /// - Parameter pages: the paths of the server's own pages. A server that has some serves nothing else.
    init(pathPrefix: String, pages: [String] = []) {
        guard pages.isEmpty else {
            table = pages.map { ($0, .page($0)) }
            return
        }
        var prefix = Substring(pathPrefix)
        while prefix.hasSuffix("/") { prefix.removeLast() }
        if !prefix.isEmpty, !prefix.hasPrefix("/") { prefix = "/" + prefix }
        for base in prefix.isEmpty ? [""] : ["", String(prefix)] {
            table.append((base + "/mattermost_action", .action))
            table.append((base + "/mattermost_dialog", .dialog))
            table.append((base + "/healthz", .health))
            table.append((base + "/readyz", .readiness))
        }
    }

    /// Finds the route of a request line's target; nil if there is none. RFC 9112 §3.2 demands that servers accept the absolute
    /// form too. A query is ignored.
    func route(_ target: String) -> Route? {
        if let exact = match(target[...]) { return exact }
        var path = target[...]
        if !path.hasPrefix("/") {
            guard let scheme = ["http://", "https://"].first(where: { path.lowercased().hasPrefix($0) }) else { return nil }
            path = path.dropFirst(scheme.count)
            path = path.drop { $0 != "/" && $0 != "?" && $0 != "#" }
            guard path.hasPrefix("/") else { return nil }
        }
        return match(path.prefix { $0 != "?" })
    }

    private func match(_ path: Substring) -> Route? {
        for entry in table where entry.path.utf8.count == path.utf8.count && entry.path == path { return entry.route }
        return nil
    }
}
