import GRPCCore
import SwiftProtobuf
import TeleportAPI

extension AuthCalls {
    /// Lists nodes only. The query must have the form `resource.metadata.name == "…"`, several of them joined with `||`.
    func listResources(
        request: ServerRequest<Proto_ListResourcesRequest>, context: ServerContext
    ) async throws -> ServerResponse<Proto_ListResourcesResponse> {
        guard majorVersion >= 9 else { throw unimplemented(context) }
        let query = request.message
        let isPreview = configuration.previewsNodes && query.usePreviewAsRoles && query.resourceType == "node"
        for verb in ["list", "read"] where !isPreview { _ = try require(verb, query.resourceType, context) }
        let asked = query.predicateExpression.split(separator: "\"").enumerated().filter { $0.offset % 2 == 1 }
        let nodes = asked.compactMap { (_, id) in configuration.nodes[String(id)].map { (String(id), $0) } }
        return ServerResponse(
            message: .with {
                $0.resources = nodes.map { (id, hostname) in
                    .with {
                        $0.node = .with { ($0.metadata.name, $0.spec.hostname) = (id, hostname) }
                    }
                }
            })
    }
}
