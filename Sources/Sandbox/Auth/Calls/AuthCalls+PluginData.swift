import GRPCCore
import SwiftProtobuf
import TeleportAPI

extension AuthCalls {
    func getPluginData(
        request: ServerRequest<Types_PluginDataFilter>, context: ServerContext
    ) async throws -> ServerResponse<Proto_PluginDataSeq> {
        let filter = request.message
        for verb in ["list", "read"] { try requirePluginData(verb, kind: filter.kind, context) }
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
        try store.update(
            PluginDataTable.Update(
                requestID: update.resource, plugin: update.plugin, set: update.set, expect: update.expect))
        return ServerResponse(message: Google_Protobuf_Empty())
    }

    /// Checks a verb on plugin data. It may be allowed by the rule on `access_plugin_data` or by the older rule on the
    /// requests. A call that reads needs both `list` and `read` (`lib/auth/auth_with_roles.go`).
    private func requirePluginData(_ verb: String, kind: String, _ context: ServerContext) throws(AuthRefusal) {
        guard kind == "access_request" else {
            throw AuthRefusal(.badParameter, "unsupported resource kind \"\(kind)\"")
        }
        if let user = userOfPeer(context.remotePeer), may(user, AuthPermission(verb, kind)) { return }
        _ = try require(verb, "access_plugin_data", context)
    }
}
