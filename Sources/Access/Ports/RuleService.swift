/// The part of Teleport that access monitoring rules need. Every call is bounded in time.
package protocol RuleService: Sendable {
    /// Returns the access monitoring rules that name this plugin; nil if the server is too old to have any.
    func monitoringRules() async throws(TeleportError) -> [MonitoringRule]?

    /// Returns the traits of a user, by name: those since the last login, or else those that are stored with the user.
    func traits(ofUser name: String) async throws(TeleportError) -> [String: [String]]

    /// Returns the labels of each of the resources. A resource that the server does not show to the plugin's role has none.
    func labels(of resources: [RequestedResource]) async throws(TeleportError) -> [[String: String]]
}
