/// A server, application, database and so on that a request names, instead of or besides roles. From Teleport 10 on.
package struct RequestedResource: Hashable, Sendable, CustomStringConvertible {
    package var cluster: String
    /// As the request names it: `node`, `app`, `db`, `kube_cluster`, `user_group`, …
    package var kind: String
    /// The server's id for it; for a node a UUID that says nothing to people.
    package var name: String
    /// A part of it, a namespace and pod for instance; mostly empty.
    package var part: String
    /// To what the access to it is narrowed; nil: to nothing.
    package var constraint: Constraint?

    package enum Constraint: Hashable, Sendable {
        /// The roles in AWS that may be taken, by their ARNs.
        case awsRoles([String])
        /// The logins on a server.
        case logins([String])
        /// One that this version does not know.
        case unknown
    }

    package init(cluster: String, kind: String, name: String, part: String = "", constraint: Constraint? = nil) {
        self.cluster = cluster
        self.kind = kind
        self.name = name
        self.part = part
        self.constraint = constraint
    }

    package var description: String { shown(as: name) }

    /// With the name that people know it by.
    package func shown(as name: String) -> String {
        let path = "/\(kind)/\(name)" + (part.isEmpty ? "" : "/\(part)")
        return switch constraint {
        case nil: path
        case .awsRoles(let roles) where !roles.isEmpty: "\(path) (as \(roles.joined(separator: ", ")))"
        case .logins(let logins) where !logins.isEmpty: "\(path) (logins \(logins.joined(separator: ", ")))"
        case .awsRoles, .logins, .unknown: "\(path) (constrained)"
        }
    }
}
