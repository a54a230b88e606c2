/// The calls that the plugin makes, with what a role needs for each.
enum AuthCall: String, Sendable {
    case connect
    case ping = "Ping"
    case watch = "WatchEvents"
    case list = "GetAccessRequests"
    case listByStream = "GetAccessRequestsV2"
    case setState = "SetAccessRequestState"
    case submitReview = "SubmitAccessReview"
    case readRole = "GetRole"
    case listResources = "ListResources"
    case readPluginData = "GetPluginData"
    case updatePluginData = "UpdatePluginData"

    /// Does no harm when made twice.
    var isRead: Bool {
        switch self {
        case .connect, .ping, .watch, .list, .listByStream, .readRole, .listResources, .readPluginData: true
        case .setState, .submitReview, .updatePluginData: false
        }
    }

    /// The rule as it stands in a role; nil where every valid certificate will do.
    var rule: String? {
        switch self {
        case .connect, .ping, .readRole, .listResources, .submitReview: nil
        case .watch: "resources [access_request], verbs [read]"
        case .list, .listByStream: "resources [access_request], verbs [list, read]"
        case .setState: "resources [access_request], verbs [update]"
        case .readPluginData: "resources [access_plugin_data], verbs [read]"
        case .updatePluginData: "resources [access_plugin_data], verbs [update]"
        }
    }
}
