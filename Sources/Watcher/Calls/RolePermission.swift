/// Verbs on a kind of resource, as a rule in a role allows them.
struct RolePermission: Equatable, Sendable, CustomStringConvertible {
    var resource: String
    var verbs: [String]

    init(_ resource: String, _ verbs: [String]) {
        self.resource = resource
        self.verbs = verbs
    }

    var description: String { "\(verbs.joined(separator: ", ")) on \(resource)" }

    /// As it stands in a role, e.g. `{resources: [access_request], verbs: [list, read]}`.
    private var yaml: String { "{resources: [\(resource)], verbs: [\(verbs.joined(separator: ", "))]}" }

    /// What to add to the role, in its own YAML; nil for nothing.
    static func mend(_ lacking: [RolePermission]) -> String? {
        guard !lacking.isEmpty else { return nil }
        return "add to spec.allow.rules of the plugin's role: \(lacking.map { "- \($0.yaml)" }.joined(separator: " "))"
    }
}
