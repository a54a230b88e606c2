import Access

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
    case listUsers = "ListUsers"
    case listAccessLists = "ListAccessLists"
    case listOwners = "GetAccessListOwners"
    case readListData = "GetPluginData of an access list"
    case updateListData = "UpdatePluginData of an access list"

    /// Whether the call only reads, so that it can be made again on the next connection.
    var isRead: Bool {
        switch self {
        case .connect, .ping, .watch, .listByPage, .list, .listByStream, .readRole, .listResources, .listRules,
            .watchRules, .readLoginState, .readUser, .readPluginData, .listPluginData, .listUsers, .listAccessLists,
            .listOwners, .readListData:
            true
        case .setState, .submitReview, .updatePluginData, .updateListData: false
        }
    }

    /// The call's kind for the interceptors, if it only reads. Calls that the client makes outside of them count as listings.
    var reading: ReadCall {
        switch self {
        case .readPluginData, .readListData: .pluginData
        case .listPluginData: .allPluginData
        case .readRole: .role
        case .listResources: .resources
        case .listUsers: .users
        case .listAccessLists, .listOwners: .accessLists
        case .listRules, .watchRules: .monitoringRules
        case .readLoginState, .readUser: .users
        case .connect, .ping, .watch, .listByPage, .list, .listByStream, .setState, .submitReview, .updatePluginData,
            .updateListData:
            .requests
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
        case .readPluginData, .listPluginData, .readListData: RolePermission("access_plugin_data", ["list", "read"])
        case .updatePluginData, .updateListData: RolePermission("access_plugin_data", ["update"])
        case .listUsers: RolePermission("user", ["list", "read"])
        case .listAccessLists, .listOwners: RolePermission("access_list", ["list", "read"])
        }
    }

    /// Whether a denial of the call keeps the plugin from its work, so that it is logged and shown in the readiness. It does not
    /// if the plugin can do without the call, or reports the denial in another way.
    var isEssential: Bool {
        switch self {
        case .readRole, .submitReview, .listAccessLists, .listOwners, .readListData, .updateListData, .listRules, .watchRules,
            .readLoginState, .readUser:
            false
        default: true
        }
    }
}
