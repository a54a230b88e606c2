/// One thing that a role lets its users do, such as `read` on `access_request`.
package struct AuthPermission: Hashable, Sendable {
    package var verb: String
    package var resource: String

    package init(_ verb: String, _ resource: String) {
        self.verb = verb
        self.resource = resource
    }

    /// What the plugin's documented role allows.
    package static let plugin: Set<Self> = [
        Self("list", "access_request"), Self("read", "access_request"), Self("update", "access_request"),
        Self("read", "access_plugin_data"), Self("update", "access_plugin_data"),
    ]
}
