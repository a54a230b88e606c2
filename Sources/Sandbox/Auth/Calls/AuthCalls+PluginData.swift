import GRPCCore
import SwiftProtobuf
import TeleportAPI

extension AuthCalls {
    func getPluginData(
        request: ServerRequest<Types_PluginDataFilter>, context: ServerContext
    ) async throws -> ServerResponse<Proto_PluginDataSeq> {
        let filter = request.message
        for verb in ["list", "read"] { try requirePluginData(verb, kind: filter.kind, context) }
        if filter.kind == "access_list" { return ServerResponse(message: .with { $0.pluginData = listData(filter) }) }
        if filter.resource.isEmpty, let refusal = store.pluginDataRules.listRefusal { throw refusal }
        let all = filter.resource.isEmpty ? store.pluginData() : store.pluginData(of: filter.resource).map { [$0] } ?? []
        let matching = all.filter { filter.plugin.isEmpty || $0.entries[filter.plugin] != nil }
        return ServerResponse(message: .with { $0.pluginData = matching.map(\.message) })
    }

    func updatePluginData(
        request: ServerRequest<Types_PluginDataUpdateParams>, context: ServerContext
    ) async throws -> ServerResponse<Google_Protobuf_Empty> {
        let update = request.message
        try requirePluginData("update", kind: update.kind, context)
        let change = PluginDataTable.Update(
            requestID: update.resource, plugin: update.plugin, set: update.set, expect: update.expect)
        if update.kind == "access_list" { try directory.update(change) } else { try store.update(change) }
        return ServerResponse(message: Google_Protobuf_Empty())
    }

    /// Returns the data that plugins have stored with one access list.
    private func listData(_ filter: Types_PluginDataFilter) -> [Types_PluginDataV3] {
        let entries = directory.pluginData(ofList: filter.resource).filter { filter.plugin.isEmpty || $0.key == filter.plugin }
        guard !entries.isEmpty else { return [] }
        return [
            .with {
                $0.kind = "plugin_data"
                $0.subKind = "access_list"
                $0.metadata.name = filter.resource
                $0.spec.entries = entries.mapValues { data in .with { $0.data = data } }
            }
        ]
    }

    /// Checks a verb on plugin data. It may be allowed by the rule on `access_plugin_data` or by the older rule on the
    /// requests. A call that reads needs both `list` and `read` (`lib/auth/auth_with_roles.go`). Data of access lists exist on
    /// the servers that have access lists.
    private func requirePluginData(_ verb: String, kind: String, _ context: ServerContext) throws(AuthRefusal) {
        let hasLists = majorVersion >= AccessListCalls.firstVersion && configuration.keepsListData
        guard kind == "access_request" || kind == "access_list" && hasLists else {
            throw AuthRefusal(.badParameter, "unsupported resource kind \"\(kind)\"")
        }
        if let user = userOfPeer(context.remotePeer), may(user, AuthPermission(verb, kind)) { return }
        _ = try require(verb, "access_plugin_data", context)
    }
}
