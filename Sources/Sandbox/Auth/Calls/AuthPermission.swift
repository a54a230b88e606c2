/// One verb on one kind of resource that a role allows, such as `read` on `access_request`.
package struct AuthPermission: Hashable, Sendable {
    package var verb: String
    package var resource: String

    package init(_ verb: String, _ resource: String) {
        self.verb = verb
        self.resource = resource
    }

    /// The permissions of the plugin's documented role.
    package static let plugin: Set<Self> = [
        Self("list", "access_request"), Self("read", "access_request"), Self("update", "access_request"),
        Self("read", "access_plugin_data"), Self("update", "access_plugin_data"),
    ]

    /// The permissions of a plugin's role that may also submit reviews on behalf of users.
    package static let reviewing = plugin.union([Self("read", "user")])

    /// The permissions of a plugin's role that may also find users by their traits.
    package static let findingUsers = plugin.union([Self("list", "user"), Self("read", "user")])

    /// The permissions of a plugin's role that may also remind the owners of access lists.
    package static let readingLists = plugin.union([
        Self("list", "access_list"), Self("read", "access_list"), Self("list", "access_plugin_data"),
    ])
    /// The permissions that access monitoring rules need beside ``plugin``, as Teleport's own role for plugins has them.
    package static let rules: Set<Self> = [
        Self("list", "access_monitoring_rule"), Self("read", "access_monitoring_rule"), Self("read", "user_login_state"),
        Self("read", "user"), Self("list", "node"), Self("read", "node"), Self("list", "app_server"),
        Self("read", "app_server"),
    ]
}
