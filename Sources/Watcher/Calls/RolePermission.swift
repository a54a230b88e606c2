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

    /// What to add to the role, in its own YAML; empty for nothing.
    static func mend(_ lacking: [RolePermission]) -> String {
        guard !lacking.isEmpty else { return "" }
        return "; add to spec.allow.rules of the plugin's role: \(lacking.map { "- \($0.yaml)" }.joined(separator: " "))"
    }

    /// What a server says that a role lacks: `access denied to perform action "list" on "user_group"`, once or more.
    ///
    /// Resources other than the plugin's own are listed and read together, so both are asked for.
    static func denied(in message: String) -> [RolePermission] {
        var found: [RolePermission] = []
        var rest = message.prefix(4096)
        while let action = take("perform action \"", &rest), let resource = take(" on \"", &rest), found.count < 16 {
            guard isPlain(action), isPlain(resource) else { continue }
            let isOwn = resource.hasPrefix("access_")
            let verbs = !isOwn && ["list", "read"].contains(action) ? ["list", "read"] : [action]
            let place = found.firstIndex { $0.resource == resource } ?? found.endIndex
            if place == found.endIndex { found.append(RolePermission(resource, [])) }
            found[place].verbs += verbs.filter { !found[place].verbs.contains($0) }
        }
        return found
    }

    /// The text after `start` up to the next quote.
    private static func take(_ start: String, _ rest: inout Substring) -> String? {
        guard let begin = rest.firstRange(of: start) else { return nil }
        let text = rest[begin.upperBound...]
        guard let end = text.firstIndex(of: "\"") else { return nil }
        rest = text[text.index(after: end)...]
        return String(text[..<end])
    }

    private static func isPlain(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): true
                default: false
                }
            }
    }
}
