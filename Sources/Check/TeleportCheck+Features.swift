import Access
import Base
import Settings
import Watcher

/// Finds out what the role at hand is good for: a table of the features and the rules that each needs.
extension TeleportCheck {
    /// Adds the table to the report. It is no step, because a rule that the configuration does not need may be missing.
    ///
    /// - Parameter failed: the permissions that a call did not confirm.
    func checkFeatures(_ client: TeleportClient, failed: Set<Permission>) async {
        let rules = try? await client.ownRules()
        let seesNodes = await client.maySeeNodes()
        let version = client.status.serverVersion.flatMap { ServerVersion($0) }
        let asked = Set(Permission.asked(settings))
        /// Returns whether a call has shown that the role has the permission; nil if none was made.
        func tried(_ permission: Permission) -> Bool? { asked.contains(permission) ? !failed.contains(permission) : nil }
        report.add(
            Feature.allCases.map { feature in
                let allowed: Bool? =
                    switch feature {
                    case .nodes: seesNodes
                    case .reviewAsPlugin: tried(.review)
                    case .reviewForUsers:
                        // Only a call shows whether `submit_for_users` names the users.
                        tried(.reviewForUsers) ?? (rules.map { feature.isAllowed(by: $0) } == false ? false : nil)
                    default: rules.map { feature.isAllowed(by: $0) }
                    }
                return FeatureRow(
                    feature: feature, isAllowed: allowed, isUsed: feature.isUsed(settings),
                    isTooNew: feature.isTooNew(for: version))
            })
    }
}

extension Feature {
    /// Whether the server is known to be older than the feature.
    fileprivate func isTooNew(for server: ServerVersion?) -> Bool {
        guard let server, let firstVersion else { return false }
        return server.major < firstVersion
    }

    /// Whether the rules of a role cover those of the feature. The data of the plugin may also be allowed by the rule on the
    /// requests, as older roles do.
    func isAllowed(by role: RoleRules) -> Bool {
        rules.allSatisfy { rule in
            rule.verbs.allSatisfy { verb in
                role.mayAllow(verb, on: rule.resource)
                    || rule.resource == "access_plugin_data" && role.mayAllow(verb, on: "access_request")
            }
        }
    }
}
