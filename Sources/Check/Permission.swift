import Access
import Settings
import Watcher

/// The permissions that the plugin's role in Teleport must have. `check` tests each by a call of its own.
enum Permission: CaseIterable {
    case list, watch, readData, writeData, decide, review, reviewForUsers, findUsers, readLists

    var resource: String {
        switch self {
        case .list, .watch, .decide: "access_request"
        case .readData, .writeData: "access_plugin_data"
        case .review, .reviewForUsers: "review_requests"
        case .findUsers: "user"
        case .readLists: "access_list"
        }
    }

    var verb: String {
        switch self {
        case .list, .findUsers, .readLists: "list"
        case .watch, .readData: "read"
        case .writeData, .decide: "update"
        case .review: "roles"
        case .reviewForUsers: "submit_for_users"
        }
    }

    /// The verbs to add to the role. A server answers the call for the plugin's data only where both `list` and `read` are
    /// allowed.
    private var verbs: String { [.readData, .findUsers, .readLists].contains(self) ? "list, read" : verb }

    var name: String { "permission \(resource) \(verb)" }

    var purpose: String {
        switch self {
        case .list: "the requests can be listed"
        case .watch: "the requests can be watched"
        case .readData: "the plugin can read what it recorded"
        case .writeData: "the plugin can record its posts"
        case .decide: "requests can be decided"
        case .review: "reviews can be submitted"
        case .reviewForUsers: "reviews can be submitted in the names of people's Teleport users"
        case .findUsers: "people's Teleport users can be found by their trait"
        case .readLists: "the owners of access lists can be reminded"
        }
    }

    /// Returns the permissions that a configuration needs. A click either sets the state or submits a review, never both.
    static func asked(_ settings: Settings) -> [Permission] {
        let approvals = settings.approvals
        return allCases.filter { permission in
            switch permission {
            case .decide: approvals.hasButtons && approvals.method == .state
            case .review:
                approvals.hasButtons && approvals.method == .review
                    && (approvals.reviewsAsPlugin || !approvals.tellsTeleportUsers)
            case .reviewForUsers: approvals.hasButtons && approvals.method == .review && !approvals.policy.users.isEmpty
            case .findUsers: settings.teleport.clicks.findUsersByTrait
            case .readLists: settings.accessLists.reminders
            default: true
            }
        }
    }

    /// The advice where the call failed, and not because of a permission.
    var mendElsewhere: String {
        if self == .readLists {
            return "Open-source Teleport and servers before Teleport 14 have no access lists: remove [access_lists] reminders. "
                + "Otherwise see Teleport's log."
        }
        guard self == .findUsers else { return "See Teleport's log, and check again." }
        return
            "A server before Teleport 15 does not have the call: upgrade it, or remove [approvals] user_trait and name people in "
            + "[approvals.users]. Otherwise see Teleport's log."
    }

    func mend(role: String) -> String {
        if self == .review {
            return "Add to the role \(role), on Teleport Enterprise: spec.allow.review_requests: {roles: [the roles to be "
                + "reviewed]}. Elsewhere set [approvals] method = \"state\"."
        }
        if self == .reviewForUsers {
            return "Add to the role \(role), on the newest Teleport Enterprise: spec.allow.review_requests: {submit_for_users: "
                + "[the users of [approvals.users]]}. Elsewhere set [approvals] review_as_plugin = true."
        }
        return "Add to the role \(role), under spec.allow.rules: - {resources: [\(resource)], verbs: [\(verbs)]}"
    }
}
