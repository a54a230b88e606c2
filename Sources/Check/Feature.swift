import Access
import Base
import Settings
import Watcher

/// Something that the plugin does in Teleport, with the rules that its role needs for it. docs/guide.md has the same table.
enum Feature: CaseIterable, Sendable {
    case posts, decide, reviewForUsers, reviewAsPlugin, nodes, logins, trait, monitoringRules, accessLists

    /// A rule of a role: a kind of resource and the verbs on it.
    struct Rule: Equatable, Sendable {
        var resource: String
        var verbs: [String]
    }

    var name: String {
        switch self {
        case .posts: "posts of requests"
        case .decide: "decisions with method = \"state\""
        case .reviewForUsers: "reviews in people's names"
        case .reviewAsPlugin: "reviews as the plugin"
        case .nodes: "names of servers"
        case .logins: "logins of roles"
        case .trait: "people by user_trait"
        case .monitoringRules: "access monitoring rules"
        case .accessLists: "reminders of access lists"
        }
    }

    /// The first major version of Teleport that has it; nil if every version has.
    var firstVersion: Int? {
        switch self {
        case .monitoringRules, .trait: 15
        default: nil
        }
    }

    /// The rules under `spec.allow.rules`.
    var rules: [Rule] {
        switch self {
        case .posts:
            [Rule("access_request", "list", "read"), Rule("access_plugin_data", "list", "read", "update")]
        case .decide: [Rule("access_request", "update")]
        case .reviewForUsers: [Rule("user", "read")]
        case .reviewAsPlugin: []
        case .nodes: [Rule("node", "list", "read")]
        case .logins: [Rule("role", "read")]
        case .trait: [Rule("user", "list", "read")]
        case .monitoringRules: [Rule("access_monitoring_rule", "list", "read"), Rule("user_login_state", "read")]
        case .accessLists:
            [Rule("access_list", "list", "read"), Rule("access_plugin_data", "list", "read", "update")]
        }
    }

    /// What the role needs besides the rules; nil if nothing.
    var more: String? {
        switch self {
        case .reviewForUsers: "review_requests.submit_for_users"
        case .reviewAsPlugin: "review_requests.roles"
        case .nodes: "node_labels; or instead review_requests.preview_as_roles"
        default: nil
        }
    }

    /// The rules and what else is needed, as text.
    var needs: String { (rules.map(\.description) + (more.map { [$0] } ?? [])).joined(separator: ", ") }

    /// Whether the configuration makes use of the feature; nil if that does not depend on it.
    func isUsed(_ settings: Settings) -> Bool? {
        let asked = Permission.asked(settings)
        return switch self {
        case .posts: true
        case .decide: asked.contains(.decide)
        case .reviewForUsers: settings.approvals.reviewsForUsers
        case .reviewAsPlugin: asked.contains(.review)
        case .trait: asked.contains(.findUsers)
        case .accessLists: asked.contains(.readLists)
        case .nodes, .logins, .monitoringRules: nil
        }
    }
}

extension Feature.Rule: CustomStringConvertible {
    init(_ resource: String, _ verbs: String...) { self.init(resource: resource, verbs: verbs) }

    var description: String { "\(resource) [\(verbs.joined(separator: ", "))]" }
}

extension Settings.Approving {
    /// Whether clicks are to submit reviews in people's names.
    fileprivate var reviewsForUsers: Bool { hasButtons && method == .review && tellsTeleportUsers }
}

/// A row of the table of features: what the role at hand allows.
struct FeatureRow: Equatable, Sendable {
    var feature: Feature
    /// Whether the role has what the feature needs; nil if that cannot be told.
    var isAllowed: Bool?
    /// Whether the configuration makes use of the feature; nil if that does not depend on it.
    var isUsed: Bool?
    /// Whether the server is too old for the feature, so that no role helps.
    var isTooNew = false

    private var status: CheckStep.Status {
        switch isTooNew ? nil : isAllowed {
        case true?: .ok
        case false?: .failed
        case nil: .skipped
        }
    }

    var text: String { "  \(status.mark) \(feature.name)\(remark): \(feature.needs)\n" }

    private var remark: String {
        if isTooNew, let version = feature.firstVersion { return " (from Teleport \(version) on)" }
        return isUsed == false ? " (not configured)" : ""
    }

    var json: String {
        let used = isUsed.map { ",\"configured\":\($0)" } ?? ""
        return "{\"feature\":\"\(JSONText.escaped(feature.name))\",\"needs\":\"\(JSONText.escaped(feature.needs))\","
            + "\"role\":\"\(status == .skipped ? "unknown" : status == .ok ? "allowed" : "lacking")\"\(used)}"
    }
}
