/// A server, application, database and so on that a request names, instead of or besides roles. From Teleport 10 on.
package struct RequestedResource: Hashable, Sendable, CustomStringConvertible {
    package var cluster: String
    /// As the request names it: `node`, `app`, `db`, `kube_cluster`, `user_group`, …
    package var kind: String
    /// The server's id for it; for a node a UUID that says nothing to people.
    package var name: String
    /// A part of it, a namespace and pod for instance; mostly empty.
    package var part: String

    package init(cluster: String, kind: String, name: String, part: String = "") {
        self.cluster = cluster
        self.kind = kind
        self.name = name
        self.part = part
    }

    package var description: String { shown(as: name) }

    /// With the name that people know it by.
    package func shown(as name: String) -> String { "/\(kind)/\(name)" + (part.isEmpty ? "" : "/\(part)") }
}
