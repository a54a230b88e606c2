import GRPCCore
import SwiftProtobuf
import TeleportAPI

extension AuthCalls {
    func getPluginData(
        request: ServerRequest<Types_PluginDataFilter>, context: ServerContext
    ) async throws -> ServerResponse<Proto_PluginDataSeq> {
        let filter = request.message
        try requirePluginData("read", kind: filter.kind, context)
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

    /// Either kind of rule allows it: the one on the data itself, or the older one on the requests.
    private func requirePluginData(_ verb: String, kind: String, _ context: ServerContext) throws(AuthRefusal) {
        guard kind == "access_request" else {
            throw AuthRefusal(.badParameter, "unsupported resource kind \"\(kind)\"")
        }
        let user = userOfPeer(context.remotePeer)
        let older = verb == "read" ? ["list", "read"] : [verb]
        if let user, older.allSatisfy({ may(user, AuthPermission($0, kind)) }) { return }
        _ = try require(verb, "access_plugin_data", context)
    }
}
