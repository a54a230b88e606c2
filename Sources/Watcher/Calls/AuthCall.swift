/// The calls that the plugin makes to the auth service. The raw value is the call's name in errors.
enum AuthCall: String, CaseIterable, Sendable {
    case connect
    case ping = "Ping"
    case watch = "WatchEvents"
    case listByPage = "ListAccessRequests"
    case list = "GetAccessRequests"
    case listByStream = "GetAccessRequestsV2"
    case setState = "SetAccessRequestState"
    case submitReview = "SubmitAccessReview"
    case readRole = "GetRole"
    case listResources = "ListResources"
    case listRules = "ListAccessMonitoringRulesWithFilter"
    case watchRules = "WatchEvents of access_monitoring_rule"
    case readLoginState = "GetUserLoginState"
    case readUser = "GetUser"
    case readPluginData = "GetPluginData"
    case listPluginData = "GetPluginData of all requests"
    case updatePluginData = "UpdatePluginData"

    /// Whether the call only reads, so that it can be made again on the next connection.
    var isRead: Bool {
        switch self {
        case .connect, .ping, .watch, .listByPage, .list, .listByStream, .readRole, .listResources, .listRules,
            .watchRules, .readLoginState, .readUser, .readPluginData, .listPluginData:
            true
        case .setState, .submitReview, .updatePluginData: false
        }
    }

    /// Whether a denial of the call is told by the part that makes it. The plugin works without the calls for monitoring rules and
    /// for roles, and a review may be denied for one person only.
    var isDeniedQuietly: Bool {
        switch self {
        case .listRules, .watchRules, .readLoginState, .readUser, .readRole, .submitReview: true
        case .connect, .ping, .watch, .listByPage, .list, .listByStream, .setState, .listResources, .readPluginData,
            .listPluginData, .updatePluginData:
            false
        }
    }

    /// The permission that a role must grant for the call. Nil if every valid certificate is enough, or if it depends on the
    /// call's parameters.
    var permission: RolePermission? {
        switch self {
        case .connect, .ping, .readRole, .listResources, .submitReview: nil
        case .watch: RolePermission("access_request", ["read"])
        case .listRules: RolePermission("access_monitoring_rule", ["list", "read"])
        case .watchRules: RolePermission("access_monitoring_rule", ["read"])
        case .readLoginState: RolePermission("user_login_state", ["read"])
        case .readUser: RolePermission("user", ["read"])
        case .listByPage, .list, .listByStream: RolePermission("access_request", ["list", "read"])
        case .setState: RolePermission("access_request", ["update"])
        case .readPluginData, .listPluginData: RolePermission("access_plugin_data", ["list", "read"])
        case .updatePluginData: RolePermission("access_plugin_data", ["update"])
        }
    }
}
