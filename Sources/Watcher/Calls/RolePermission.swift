/// A permission in a Teleport role: the verbs that a rule allows on a kind of resource.
struct RolePermission: Equatable, Sendable, CustomStringConvertible {
    var resource: String
    var verbs: [String]

    init(_ resource: String, _ verbs: [String]) {
        self.resource = resource
        self.verbs = verbs
    }

    var description: String { "\(verbs.joined(separator: ", ")) on \(resource)" }

    /// The rule in the form of a role's YAML, e.g. `{resources: [access_request], verbs: [list, read]}`.
    private var yaml: String { "{resources: [\(resource)], verbs: [\(verbs.joined(separator: ", "))]}" }

    /// Returns the advice for a role that lacks these permissions: the rules to add, as YAML. Nil when it lacks none.
    static func mend(_ lacking: [RolePermission]) -> String? {
        guard !lacking.isEmpty else { return nil }
        return "add to spec.allow.rules of the plugin's role: \(lacking.map { "- \($0.yaml)" }.joined(separator: " "))"
    }
}
