/// A resource that a request names instead of roles or besides them: a server, an application, a database and so on. Teleport
/// has them since version 10.
package struct RequestedResource: Hashable, Sendable, CustomStringConvertible {
    package var cluster: String
    /// The kind of the resource, as the request names it: `node`, `app`, `db`, `kube_cluster`, `user_group`, …
    package var kind: String
    /// The server's id of the resource. For a node it is a UUID that tells people nothing.
    package var name: String
    /// The part of the resource that is requested, such as a namespace and pod; mostly empty.
    package var part: String
    /// The limits within the resource that the access is narrowed to; nil if there are none.
    package var constraint: Constraint?

    /// A limit on the access within a resource.
    package enum Constraint: Hashable, Sendable {
        /// The AWS roles that may be assumed, by their ARNs.
        case awsRoles([String])
        /// The logins on the server that may be used.
        case logins([String])
        /// A limit that this version does not know.
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

    /// Returns the description with the name by which people know the resource.
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
